package model

import (
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

// MatterTerm says that a matter of a community, or of a unit, holds a pair of characters: the index by which
// texts are searched, the same on every engine.
type MatterTerm struct {
	_ struct{} `privacy:"about=resident; why=事项文字的检索词,从上报的文字得来; kept=always; because=跟着事项"`

	ScopeID  int64 `gorm:"primaryKey;autoIncrement:false" privacy:"none"` // the community, or the unit
	Term     int64 `gorm:"primaryKey;autoIncrement:false" privacy:"words"`
	MatterID int64 `gorm:"primaryKey;autoIncrement:false"`
}

// IndexMatter makes a matter's words and place searchable, in the place of what was indexed before.
func IndexMatter(tx *gorm.DB, m Matter, before ...string) error {
	scopes := []int64{m.CommunityID, m.NodeID}
	for some := range slices.Chunk(Pairs(before...), RowsAtOnce) {
		if err := tx.Where("scope_id IN ? AND matter_id = ? AND term IN ?", scopes, m.ID, some).Delete(&MatterTerm{}).Error; err != nil {
			return err
		}
	}
	return AddAll(tx, m.Terms())
}

// Terms gives what a matter is found by, in its community and in its unit.
func (m Matter) Terms() []MatterTerm {
	pairs := Pairs(m.Words, m.Place)
	var rows []MatterTerm
	for _, scope := range []int64{m.CommunityID, m.NodeID} {
		for _, p := range pairs {
			rows = append(rows, MatterTerm{ScopeID: scope, Term: p, MatterID: m.ID})
		}
	}
	return rows
}

// ErrSearchShort refuses a search for less than two characters.
var ErrSearchShort = fault.New(fault.Invalid, "matter.search_too_short", "请输入至少两个字来搜索。")

// MaxMatterSearch is how long a text can be that is searched for.
const MaxMatterSearch = 20

// countedTerms bounds how far it is counted how often a pair occurs.
const countedTerms = 200

// rarestTerm gives that pair of a text by which the fewest matters of a scope must be looked at. Refusals:
// ErrSearchShort for a text without a pair.
func rarestTerm(tx *gorm.DB, scope int64, text string) (int64, error) {
	pairs := Pairs(text)
	if len(pairs) == 0 {
		return 0, ErrSearchShort
	}
	rarest, least := pairs[0], int64(countedTerms+1)
	for _, p := range pairs {
		var n int64
		counted := tx.Model(&MatterTerm{}).Select("matter_id").Where("scope_id = ? AND term = ?", scope, p).Limit(countedTerms)
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
