package model

import (
	"slices"
	"strings"
	"time"

	"gorm.io/gorm"

	"danyuan/fault"
)

// MatterCategory is a kind of matter. Shared ones are offered to neighbours who report the same. One that
// has ended takes no more reports.
type MatterCategory struct {
	_ struct{} `privacy:"about=nobody; why=事项的类别"`

	Code      string `gorm:"primaryKey" privacy:"none"`
	Name      string `privacy:"none"`
	Hint      string `privacy:"none"`
	Place     int64
	Shared    bool
	SharedAt  *time.Time // since when, if it was not from the start: what was reported before stays unshared
	EndedAt   *time.Time
	Questions []MatterQuestion `gorm:"-"`
	Limits    []MatterLimit    `gorm:"-"` // of its own
}

// QuestionKind is how a question is answered.
type QuestionKind string

// The kinds of question.
const (
	YesNo    QuestionKind = "yes_no"
	Choice   QuestionKind = "choice"
	FreeText QuestionKind = "text"
)

// MatterQuestion is asked of who reports a matter of a category. An answer of StopsAt ends the form: the
// reporter is told to call StopPhone, because nobody must wait for us with a life in danger.
type MatterQuestion struct {
	_ struct{} `privacy:"about=nobody; why=上报时的提问"`

	ID        int64
	Category  string `privacy:"none"`
	Place     int64
	Words     string       `privacy:"none"`
	Kind      QuestionKind `privacy:"mark"`
	Choices   string       `privacy:"none"` // with | between
	Required  bool
	StopsAt   string `privacy:"none"` // "" stops at no answer
	StopPhone string `privacy:"none"`
	StopWords string `privacy:"none"`
}

// Options gives what can be answered; nil for anything.
func (q MatterQuestion) Options() []string {
	switch q.Kind {
	case YesNo:
		return []string{"yes", "no"}
	case Choice:
		return strings.Split(q.Choices, "|")
	case FreeText:
	}
	return nil
}

// Refusals about categories and their questions.
var (
	ErrMatterCategory = fault.New(fault.Invalid, "matter.unknown_category", "没有这一类事项，请从列表里选择。")
	ErrMatterQuestion = fault.New(fault.Invalid, "matter.unanswered_question", "还有问题没有回答，请回答后再提交。")
	ErrMatterChoice   = fault.New(fault.Invalid, "matter.unknown_answer", "请从给出的答案里选择。")
	ErrMatterStop     = fault.New(fault.Conflict, "matter.call_first", "情况紧急，请先打电话。")
)

// Answered gives the answers as they are kept, by the places of their questions. Refusals: those above;
// matter.call_first with the number to call.
func (c MatterCategory) Answered(given map[int64]string) ([]MatterAnswer, error) {
	var out []MatterAnswer
	for _, q := range c.Questions {
		answer, err := CleanText("body.answers", given[q.Place], MaxMatterAnswer, false)
		if err != nil {
			return nil, err
		}
		at := fault.Field{Path: "body.answers", Text: q.Words}
		switch options := q.Options(); {
		case answer == "" && q.Required:
			return nil, ErrMatterQuestion.With(at)
		case answer == "":
			continue
		case options != nil && !slices.Contains(options, answer):
			return nil, ErrMatterChoice.With(at)
		case q.StopsAt != "" && answer == q.StopsAt:
			return nil, ErrMatterStop.Saying(q.StopWords).With(fault.Field{Path: "body.answers", Text: "请拨打" + q.StopPhone})
		}
		out = append(out, MatterAnswer{Place: q.Place, Question: q.Words, Answer: answer})
	}
	return out, nil
}

// MatterCategories gives every category with its questions and limits, in their order; ended ones only
// if they are asked for.
func MatterCategories(tx *gorm.DB, ended bool) ([]MatterCategory, error) {
	q := tx
	if !ended {
		q = tx.Where("ended_at IS NULL")
	}
	var all []MatterCategory
	if err := q.Order("place, code").Find(&all).Error; err != nil {
		return nil, err
	}
	var questions []MatterQuestion
	if err := tx.Order("category, place").Find(&questions).Error; err != nil {
		return nil, err
	}
	var limits []MatterLimit
	if err := tx.Find(&limits).Error; err != nil {
		return nil, err
	}
	for i := range all {
		c := &all[i]
		for _, q := range questions {
			if q.Category == c.Code {
				c.Questions = append(c.Questions, q)
			}
		}
		for _, l := range limits {
			if l.Category == c.Code {
				c.Limits = append(c.Limits, l)
			}
		}
		slices.SortFunc(c.Limits, func(a, b MatterLimit) int { return a.Step.Level() - b.Step.Level() })
	}
	return all, nil
}

// MatterCategoryFor gives a category that takes reports. A word in letters that the column can't hold is
// not asked for: an engine would fail instead of finding nothing.
func MatterCategoryFor(tx *gorm.DB, code string) (MatterCategory, error) {
	var c MatterCategory
	if !categoryCode.MatchString(code) {
		return c, ErrMatterCategory
	}
	if err := take(tx.Where("code = ? AND ended_at IS NULL", code), &c, ErrMatterCategory); err != nil {
		return c, err
	}
	return c, tx.Where("category = ?", code).Order("place").Find(&c.Questions).Error
}
