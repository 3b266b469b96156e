package demo

import (
	"time"

	"danyuan/model"
)

// told is a move of a demo matter: so long after the report, by whom, in which words.
type told struct {
	after time.Duration
	move  model.MatterMove
	by    string
	role  string
	words string
}

// castMatters are what the personas of the demo's unit have reported.
var castMatters = []struct {
	by, category, words, place string
	anonymity                  model.Anonymity
	daysAgo                    int
	way                        []told
}{
	{"李小梅", "repair", "三楼的楼道灯坏了，晚上老人上下楼看不见", "", model.Named, 2, []told{
		{2 * time.Hour, model.MoveAccept, "王建国", string(model.UnitChief), ""},
		{20 * time.Hour, model.MoveResolve, "王建国", string(model.UnitChief), "已经换上新的声控灯，请看看亮不亮。"},
	}},
	{"张卫东", "parking", "消防通道上总有车停着，大车进不来", "小区东门口", model.HiddenFromNeighbours, 1, []told{
		{time.Hour, model.MoveAccept, "王建国", string(model.UnitChief), ""},
		{20 * time.Hour, model.MovePassUp, "王建国", string(model.UnitChief), "要请物业划线，单元协调不了。"},
	}},
	{"陈秀英", "conduct", "单元长很久没有上门走访了，有些老人家里的事没有人知道", "", model.HiddenFromChief, 0, nil},
	{"刘洋", "hygiene", "楼前的垃圾桶满了，两天没有人清", "3栋楼前", model.Named, 0, nil},
}

// matters has the personas report their matters, and the officers move them so far.
func (s *seed) matters(c model.Node) error {
	people := map[string]model.Person{}
	var all []model.Person
	if err := model.InSubtree(s.Joins("JOIN nodes ON nodes.id = persons.node_id"), "nodes.path", c.Path).Find(&all).Error; err != nil {
		return err
	}
	for _, p := range all {
		people[p.Name] = p
	}
	for i, one := range castMatters {
		p := people[one.by]
		places, err := model.PlacesOf(s.DB, p.NodeID)
		if err != nil {
			return err
		}
		at := s.now.Add(-time.Duration(24*one.daysAgo)*time.Hour - time.Duration(10+i)*time.Minute)
		m := model.Matter{
			ID: model.NewID(at), ReporterID: p.ID, Category: one.category, Words: one.words, Place: one.place, Anonymity: one.anonymity,
			NodeID: p.NodeID, GridID: places[p.NodeID].GridID, CommunityID: places[p.NodeID].CommunityID, CheckState: model.FilePassed,
		}
		way := append([]told{{0, model.MoveReport, one.by, model.AsReporter, one.words}}, one.way...)
		for _, step := range way {
			if err := s.move(&m, step, people[step.by], at); err != nil {
				return err
			}
		}
	}
	return nil
}

// move makes one move of a matter that was reported at a moment.
func (s *seed) move(m *model.Matter, step told, by model.Person, reported time.Time) error {
	rule := model.RuleOf(step.move)
	e := m.Next(rule, reported.Add(step.after))
	e.ByPersonID, e.ByRole, e.Words = by.ID, step.role, step.words
	switch {
	case step.move == model.MovePassUp:
		e.Step = model.Steps[m.Step.Level()+1].Step
	case step.move == model.MoveReport && m.Anonymity == model.HiddenFromChief:
		e.Step = model.BranchStep
	case step.move == model.MoveReport:
		e.Step = model.ChiefStep
	}
	limit, err := model.MatterLimitOf(s.DB, m.Category, e.Step)
	if err != nil {
		return err
	}
	e.Allow(*m, rule, limit)
	if step.move == model.MoveReport {
		return model.AddReportedMatters(s.DB, m.Report(e))
	}
	return model.MoveMatter(s.DB, m, e)
}
