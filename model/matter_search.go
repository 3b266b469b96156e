package model

import (
	"cmp"
	"slices"
	"strings"
	"unicode"

	"gorm.io/gorm"

	"danyuan/fault"
)

// Pairs gives the pairs of neighbouring characters of a text, each once: Chinese has no spaces between words, and two
// characters are the shortest that mean something. Letters are made small; signs and spaces part texts.
func Pairs(texts ...string) []int64 {
	var pairs []int64
	for _, text := range texts {
		before := rune(-1)
		for _, r := range strings.ToLower(text) {
			if !isSpoken(r) {
				before = -1
				continue
			}
			if before >= 0 {
				pairs = append(pairs, int64(before)<<32|int64(r))
			}
			before = r
		}
	}
	slices.Sort(pairs)
	return slices.Compact(pairs)
}

// isSpoken tells whether a character is part of words: letters and digits of any writing.
func isSpoken(r rune) bool { return unicode.IsLetter(r) || unicode.IsNumber(r) }

// MatterTerm says that a matter of a community holds a pair of characters: the index by which texts are
// searched, the same on every engine. A unit's few matters are looked through without one.
type MatterTerm struct {
	_ struct{} `privacy:"about=resident; why=事项文字的检索词,从上报的文字得来; kept=always; because=跟着事项"`

	CommunityID int64 `gorm:"primaryKey;autoIncrement:false;column:scope_id"`
	Term        int64 `gorm:"primaryKey;autoIncrement:false" privacy:"words"`
	MatterID    int64 `gorm:"primaryKey;autoIncrement:false"`
}

// IndexMatter makes a matter's words and place searchable, in the place of what was indexed before.
func IndexMatter(tx *gorm.DB, m Matter, before ...string) error {
	for some := range slices.Chunk(Pairs(before...), RowsAtOnce) {
		if err := tx.Where("scope_id = ? AND matter_id = ? AND term IN ?", m.CommunityID, m.ID, some).Delete(&MatterTerm{}).Error; err != nil {
			return err
		}
	}
	return AddAll(tx, m.Terms())
}

// Terms gives what a matter is found by.
func (m Matter) Terms() []MatterTerm {
	pairs := Pairs(m.Words, m.Place)
	rows := make([]MatterTerm, len(pairs))
	for i, p := range pairs {
		rows[i] = MatterTerm{CommunityID: m.CommunityID, Term: p, MatterID: m.ID}
	}
	return rows
}

// SortMatterTerms puts terms in the order in which they lie: stored one matter after another they would touch
// the same pages of the index each time.
func SortMatterTerms(terms []MatterTerm) {
	slices.SortFunc(terms, func(a, b MatterTerm) int {
		return cmp.Or(cmp.Compare(a.CommunityID, b.CommunityID), cmp.Compare(a.Term, b.Term), cmp.Compare(a.MatterID, b.MatterID))
	})
}

// ErrSearchShort refuses a search for less than two characters.
var ErrSearchShort = fault.New(fault.Invalid, "matter.search_too_short", "请输入至少两个字来搜索。")

// MaxMatterSearch is how long a text can be that is searched for.
const MaxMatterSearch = 20

// countedTerms bounds how far it is counted how often a pair occurs.
const countedTerms = 200

// rarestTerm gives that pair of a text by which the fewest matters of a community must be looked at.
// Refusals: ErrSearchShort for a text without a pair.
func rarestTerm(tx *gorm.DB, community int64, text string) (int64, error) {
	pairs := Pairs(text)
	if len(pairs) == 0 {
		return 0, ErrSearchShort
	}
	rarest, least := pairs[0], int64(countedTerms+1)
	for _, p := range pairs {
		var n int64
		counted := tx.Model(&MatterTerm{}).Select("matter_id").Where("scope_id = ? AND term = ?", community, p).Limit(countedTerms)
		if err := tx.Table("(?) AS counted", counted).Count(&n).Error; err != nil {
			return 0, err
		}
		if n < least {
			rarest, least = p, n
		}
	}
	return rarest, nil
}

// says tells whether a text stands in a matter's words or place as it is, but for large and small letters.
// Engines differ over that, so none is asked.
func (m Matter) says(text string) bool {
	text = strings.ToLower(text)
	return strings.Contains(strings.ToLower(m.Words), text) || strings.Contains(strings.ToLower(m.Place), text)
}
