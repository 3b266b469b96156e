package model

import (
	"errors"
	"regexp"
	"slices"
	"strings"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"danyuan/fault"
)

// Bounds of categories and their questions.
const (
	MaxCategoryName  = 40
	MaxCategoryHint  = 200
	MaxQuestionWords = 120
	MaxOption        = 40
	MostQuestions    = 20 // and the highest place
	MostOptions      = 9  // as many as the column holds
	MaxStopWords     = 200
)

var (
	categoryCode = regexp.MustCompile(`^[a-z_]{2,24}$`)
	stopPhone    = regexp.MustCompile(`^[0-9]{3,20}$`)
)

// Refusals about changing categories.
var (
	ErrCategoryNotFound = fault.New(fault.NotFound, "matter_category.not_found", "没有找到这一类事项。请回到列表重试。")
	ErrCategoryCode     = fault.New(fault.Invalid, "matter_category.code_invalid", "代码由2到24个小写字母或下划线组成，请重新填写。")
	ErrCategoryEnded    = fault.New(fault.Conflict, "matter_category.ended_already", "这一类事项已经停用。请刷新列表后再看。")
	ErrCategoryOpen     = fault.New(fault.Conflict, "matter_category.open_already", "这一类事项正在使用，不用启用。请刷新列表后再看。")
	ErrCategoryLast     = fault.New(fault.Conflict, "matter_category.last_open", "这是最后一类还在使用的事项，停用以后居民就不能上报了。请先启用或新建另一类。")
	ErrNoOwnLimit       = fault.New(fault.Conflict, "matter_limit.not_its_own", "这一类在这一级没有单独的时限，用的就是通用的时限。请刷新列表后再看。")
	ErrQuestionPlace    = fault.New(fault.Invalid, "matter_category.question_place", "问题的编号是1到20，不能重复。请重新编号。")
	ErrQuestionOptions  = fault.New(fault.Invalid, "matter_category.question_options", "选择题要有2到9个不同的答案，答案里不能有“|”；是否题和填写题不用写答案。请修改后再提交。")
	ErrQuestionStop     = fault.New(fault.Invalid, "matter_category.question_stop", "遇到哪个答案请人先打电话，要从这道题的答案里选，并写明电话（3到20位数字）和提示；不用打电话的这三项都不填。")
)

// Check refuses a category whose code or questions are not in order; the texts are clean.
func (c MatterCategory) Check() error {
	if !categoryCode.MatchString(c.Code) {
		return ErrCategoryCode
	}
	places := map[int64]bool{}
	for _, q := range c.Questions {
		if places[q.Place] || q.Place < 1 || q.Place > MostQuestions {
			return ErrQuestionPlace
		}
		places[q.Place] = true
		if err := q.check(); err != nil {
			return err
		}
	}
	return nil
}

func (q MatterQuestion) check() error {
	at := fault.Field{Path: "body.questions", Text: q.Words}
	options := q.Options()
	switch {
	case q.Kind != Choice && q.Choices != "",
		len(options) == 1, len(options) > MostOptions, slices.Contains(options, ""),
		len(slices.Compact(slices.Sorted(slices.Values(options)))) != len(options):
		return ErrQuestionOptions.With(at)
	case q.StopsAt == "" && (q.StopPhone != "" || q.StopWords != ""),
		q.StopsAt != "" && (!slices.Contains(options, q.StopsAt) || !stopPhone.MatchString(q.StopPhone) || q.StopWords == ""):
		return ErrQuestionStop.With(at)
	}
	return nil
}

// Choose puts the options of a choice.
func (q *MatterQuestion) Choose(options []string) error {
	for _, o := range options {
		if o == "" || strings.Contains(o, "|") {
			return ErrQuestionOptions.With(fault.Field{Path: "body.questions", Text: q.Words})
		}
	}
	q.Choices = strings.Join(options, "|")
	return nil
}

// LockCategories takes the lock under which categories and limits change. It is the first statement of
// such a transaction; without it two could end the last two categories at once.
func LockCategories(tx *gorm.DB) error {
	return lockName(tx, "matter_categories")
}

// MatterCategoryByCode gives a category, also one that has ended, with its questions and limits.
func MatterCategoryByCode(tx *gorm.DB, code string) (MatterCategory, error) {
	var c MatterCategory
	if !categoryCode.MatchString(code) {
		return c, ErrCategoryNotFound
	}
	if err := take(tx.Where("code = ?", code), &c, ErrCategoryNotFound); err != nil {
		return c, err
	}
	if err := tx.Where("category = ?", code).Order("place").Find(&c.Questions).Error; err != nil {
		return c, err
	}
	var err error
	c.Limits, err = matterLimitsOf(tx, code)
	return c, err
}

// StoreMatterCategory makes a category, or gives one another name, order and questions. What is reported
// keeps its answers in the words of then; what was reported while it was not shared is never offered to
// neighbours. The caller holds LockCategories.
func StoreMatterCategory(tx *gorm.DB, c MatterCategory, now time.Time) error {
	was, err := MatterCategoryByCode(tx, c.Code)
	switch {
	case errors.Is(err, ErrCategoryNotFound):
		err = tx.Create(&c).Error
	case err == nil:
		c.SharedAt = was.SharedAt
		if c.Shared && !was.Shared {
			c.SharedAt = &now
		}
		err = tx.Model(&MatterCategory{}).Where("code = ?", c.Code).Updates(map[string]any{
			"name": c.Name, "hint": c.Hint, "place": c.Place, "shared": c.Shared, "shared_at": c.SharedAt,
		}).Error
	}
	if err != nil {
		return err
	}
	if err := tx.Where("category = ?", c.Code).Delete(&MatterQuestion{}).Error; err != nil {
		return err
	}
	questions := slices.Clone(c.Questions) // a transaction that is run again adds them anew
	for i := range questions {
		questions[i].Category = c.Code
	}
	return AddAll(tx, questions)
}

// EndMatterCategory lets a category take no more reports; what is reported goes on. The last that takes
// any stays. The caller holds LockCategories.
func EndMatterCategory(tx *gorm.DB, c MatterCategory, now time.Time) error {
	var others int64
	if err := tx.Model(&MatterCategory{}).Where("ended_at IS NULL AND code <> ?", c.Code).Count(&others).Error; err != nil {
		return err
	}
	switch {
	case c.EndedAt != nil:
		return ErrCategoryEnded
	case others == 0:
		return ErrCategoryLast
	}
	return changed(tx.Model(&MatterCategory{}).Where("code = ? AND ended_at IS NULL", c.Code).Update("ended_at", now), ErrCategoryEnded)
}

// BeginMatterCategory lets a category that had ended take reports again.
func BeginMatterCategory(tx *gorm.DB, code string) error {
	return changed(tx.Model(&MatterCategory{}).Where("code = ? AND ended_at IS NOT NULL", code).Update("ended_at", nil), ErrCategoryOpen)
}

// SetMatterLimit makes or changes the limit of a category at a step, "" for every category without one of
// its own. A limit that runs keeps the time that it was given.
func SetMatterLimit(tx *gorm.DB, l MatterLimit) error {
	return tx.Clauses(clause.OnConflict{
		Columns:   []clause.Column{{Name: "category"}, {Name: "step"}},
		DoUpdates: clause.Assignments(map[string]any{"accept_hours": l.AcceptHours, "resolve_hours": l.ResolveHours}),
	}).Create(&l).Error
}

// DropMatterLimit takes a category's own limit at a step away: the common one counts from then on.
func DropMatterLimit(tx *gorm.DB, category string, step Step) error {
	return changed(tx.Where("category = ? AND category <> '' AND step = ?", category, step).Delete(&MatterLimit{}), ErrNoOwnLimit)
}

// CommonMatterLimits gives the limits of categories that have none of their own, from the bottom.
func CommonMatterLimits(tx *gorm.DB) ([]MatterLimit, error) { return matterLimitsOf(tx, "") }

func matterLimitsOf(tx *gorm.DB, category string) ([]MatterLimit, error) {
	var all []MatterLimit
	err := tx.Where("category = ?", category).Find(&all).Error
	slices.SortFunc(all, func(a, b MatterLimit) int { return a.Step.Level() - b.Step.Level() })
	return all, err
}
