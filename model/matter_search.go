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

// MatterTerm says that a matter of a community holds a pair of characters: the index by which texts are
// searched, the same on every engine.
type MatterTerm struct {
	ScopeID  int64 `gorm:"primaryKey;autoIncrement:false"` // the community
	Term     int64 `gorm:"primaryKey;autoIncrement:false"`
	MatterID int64 `gorm:"primaryKey;autoIncrement:false"`
}

// IndexMatter makes a matter's words and place searchable, in the place of what was indexed before.
func IndexMatter(tx *gorm.DB, m Matter, before ...string) error {
	old := Pairs(before...)
	for len(old) > 0 {
		some := old[:min(RowsAtOnce, len(old))]
		old = old[len(some):]
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
		rows[i] = MatterTerm{m.CommunityID, p, m.ID}
	}
	return rows
}

// ErrSearchShort refuses a search for less than two characters.
var ErrSearchShort = fault.New(fault.Invalid, "matter.search_too_short", "请输入至少两个字来搜索。")

// countedTerms bounds how far the rarest pair of a search is looked for.
const countedTerms = 500

// searchMatters narrows a query to the matters of a community that hold a text. The rarest of its pairs
// leads; the text itself is compared at the end.
func searchMatters(tx, q *gorm.DB, community int64, text string) (*gorm.DB, error) {
	pairs := Pairs(text)
	if len(pairs) == 0 {
		return q, ErrSearchShort
	}
	rarest, least := pairs[0], int64(countedTerms+1)
	for _, p := range pairs {
		var n int64
		counted := tx.Model(&MatterTerm{}).Select("matter_id").Where("scope_id = ? AND term = ?", community, p).Limit(countedTerms)
		if err := tx.Table("(?) AS counted", counted).Count(&n).Error; err != nil {
			return q, err
		}
		if n < least {
			rarest, least = p, n
		}
	}
	q = q.Joins("JOIN matter_terms ON matter_terms.matter_id = matters.id AND matter_terms.scope_id = ? AND matter_terms.term = ?", community, rarest)
	like := "%" + strings.NewReplacer(`!`, `!!`, `%`, `!%`, `_`, `!_`).Replace(strings.ToLower(text)) + "%"
	return q.Where("(LOWER(matters.words) LIKE ? ESCAPE '!' OR LOWER(matters.place) LIKE ? ESCAPE '!')", like, like), nil
}
