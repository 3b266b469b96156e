package api_test

import (
	"strconv"
	"time"

	"gorm.io/gorm"

	"danyuan/model"
	"danyuan/testkit"
)

// matter gives one of the unit that somebody reported, and with which so much was done since.
func (w *world) matter(by model.Person, moves ...model.MatterMove) string {
	w.Helper()
	m := model.Matter{
		ID: model.NewID(testkit.Start), ReporterID: by.ID, Category: "repair", Words: "三楼的楼道灯坏了,晚上看不见", Anonymity: model.Named,
		NodeID: w.Unit.ID, GridID: w.Grid.ID, CommunityID: w.Community.ID, CheckState: model.FilePassed,
	}
	w.Tx(func(tx *gorm.DB) error {
		for _, move := range append([]model.MatterMove{model.MoveReport}, moves...) {
			rule := model.RuleOf(move)
			e := m.Next(rule, testkit.Start)
			e.ByPersonID, e.ByRole, e.Words = by.ID, model.AsReporter, m.Words
			if rule.By == model.HandlerMoves {
				e.ByPersonID, e.ByRole = 0, string(model.UnitChief)
			}
			switch move {
			case model.MoveReport:
				e.Step = model.ChiefStep
			case model.MovePassUp:
				e.Step = model.Steps[m.Step.Level()+1].Step
			default:
			}
			limit, err := model.MatterLimitOf(tx, m.Category, e.Step)
			if err != nil {
				return err
			}
			e.Allow(m, rule, limit)
			if move == model.MoveReport {
				err = model.AddReportedMatters(tx, m.Report(e))
			} else {
				err = model.MoveMatter(tx, &m, e)
			}
			if err != nil {
				return err
			}
		}
		return nil
	})
	return digits(m.ID)
}

// joinedMatter gives one of the neighbour's that the resident has joined.
func (w *world) joinedMatter() string {
	w.Helper()
	id := w.matter(w.Neighbour)
	n, _ := strconv.ParseInt(id, 10, 64)
	w.Tx(func(tx *gorm.DB) error {
		m, err := model.MatterByID(tx, n)
		if err != nil {
			return err
		}
		return model.JoinMatter(tx, m, w.Resident.ID, testkit.Start.Add(time.Minute))
	})
	return id
}

// matterInReview gives one of the resident's whose words wait for a person.
func (w *world) matterInReview() string {
	w.Helper()
	id := w.matter(w.Resident)
	w.Tx(func(tx *gorm.DB) error {
		return tx.Model(&model.Matter{}).Where("id = ?", id).Updates(map[string]any{"check_state": model.FileReview, "check_label": model.PoliticalLabel}).Error
	})
	return id
}

// redactedMatter gives one of the resident's of which the words and a photo were redacted.
func (w *world) redactedMatter() string {
	w.Helper()
	id := w.matter(w.Resident)
	n, _ := strconv.ParseInt(id, 10, 64)
	photo := w.photo(w.Resident, model.FilePassed)
	w.Tx(func(tx *gorm.DB) error {
		m, err := model.MatterByID(tx, n)
		if err != nil {
			return err
		}
		o := model.MatterOriginal{ByPersonID: w.Neighbour.ID, At: testkit.Start, Reason: "写了别人的姓名"}
		if err := model.RedactMatterText(tx, &m, model.ReportWords, "楼道灯坏了", 1, o); err != nil {
			return err
		}
		if err := model.KeepOriginalPhoto(tx, m, 1, photo.ID, o); err != nil {
			return err
		}
		return tx.Model(&model.File{}).Where("id = ?", photo.ID).Updates(map[string]any{"subject": model.WithheldFiles, "subject_id": n}).Error
	})
	return id
}

// matterPhoto gives a photo of the matter that was made for a key.
func (w *world) matterPhoto(key string) string {
	w.Helper()
	of := w.things[key]
	f := w.photo(w.Resident, model.FilePassed)
	w.Tx(func(tx *gorm.DB) error {
		return tx.Model(&model.File{}).Where("id = ?", f.ID).Updates(map[string]any{"subject": model.MatterFiles, "subject_id": of}).Error
	})
	return digits(f.ID)
}

// limit gives one of the resident's, made by the neighbour.
func (w *world) limit(state model.ReporterLimitState) string {
	w.Helper()
	l := model.ReporterLimit{
		PersonID: w.Resident.ID, NodeID: w.Unit.ID, ADay: 1, Reason: "重复上报同一件事", MadeByID: w.Neighbour.ID, State: state,
		StartsAt: testkit.Start, EndsAt: testkit.Start.AddDate(0, 0, 7), OpenPersonID: &w.Resident.ID,
	}
	if at := testkit.Start; state == model.LimitObjected {
		l.Objection, l.ObjectedAt = "几件事不一样", &at
	}
	return w.add(&l)
}

// endedCategory ends a category, and gives its code.
func (w *world) endedCategory(code string) string {
	w.Helper()
	w.Tx(func(tx *gorm.DB) error {
		return model.EndMatterCategory(tx, model.MatterCategory{Code: code}, testkit.Start)
	})
	return code
}
