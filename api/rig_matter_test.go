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
		first := model.MatterEvent{Seq: 1, At: testkit.Start, Move: model.MoveReport, ByPersonID: by.ID, ByRole: model.AsReporter, State: model.MatterReported, Step: model.ChiefStep, Words: m.Words}
		first.Start(24)
		if err := model.AddMatter(tx, &m, first); err != nil {
			return err
		}
		for _, move := range moves {
			e := model.MatterEvent{
				At: testkit.Start, Move: move, ByRole: string(model.UnitChief), StateBefore: m.State, State: model.RuleOf(move).To,
				StepBefore: m.Step, Step: m.Step, Words: "已经办理",
			}
			if move == model.MovePassUp {
				e.Step = model.Steps[m.Step.Level()+1].Step
			}
			if move == model.MoveAsk {
				e.Pause(m, 72)
			}
			if err := model.MoveMatter(tx, &m, e); err != nil {
				return err
			}
		}
		return model.IndexMatter(tx, m)
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
