package service

import (
	"context"
	"slices"

	"danyuan/model"
)

// MatterReport is what somebody reports. Answers are those to the category's questions, by their places.
type MatterReport struct {
	Category  string
	Words     string
	Place     string // in words; "" is the unit
	Urgent    bool
	Anonymity model.Anonymity
	Answers   map[int64]string
	Photos    []int64
}

func (r MatterReport) clean() (MatterReport, error) {
	var err error
	if r.Words, err = model.NeedText("body.words", r.Words, model.MaxMatterWords, true); err != nil {
		return r, err
	}
	r.Place, err = model.CleanText("body.place", r.Place, model.MaxMatterPlace, false)
	return r, err
}

// ReportMatter reports a matter of the actor's own. Refusals: matter.no_home for who lives in no grid
// here, matter.unknown_category, matter.unanswered_question, matter.unknown_answer, matter.call_first
// with the number to call, matter.too_many_today, matter.limited for a limited reporter unless it is
// urgent, and those of photos.
func (s *Service) ReportMatter(ctx context.Context, cmd Command, r MatterReport) (MatterRecord, error) {
	return s.reportMatter(ctx, cmd, cmd.By.PersonID, r)
}

// ReportMatterFor reports a matter for somebody without a phone; the events say who entered it, and for
// whom. Refusals: person.not_found outside the actor's scope, and those of ReportMatter.
func (s *Service) ReportMatterFor(ctx context.Context, cmd Command, person int64, r MatterReport) (MatterRecord, error) {
	return s.reportMatter(ctx, cmd, person, r)
}

func (s *Service) reportMatter(ctx context.Context, cmd Command, person int64, r MatterReport) (MatterRecord, error) {
	r, err := r.clean()
	if err != nil {
		return MatterRecord{}, err
	}
	return inLane(ctx, s, reportLane, holding{reporters: []int64{person}}, cmd, func(t *tx) (MatterRecord, error) {
		var none MatterRecord
		p, ok := t.draft.reports.people[person]
		if !ok {
			return none, model.ErrPersonNotFound
		}
		home, err := t.reportsFrom(p)
		if err != nil {
			return none, err
		}
		if err := t.needGuardian(p); err != nil {
			return none, err
		}
		c, err := t.category(r.Category)
		if err != nil {
			return none, err
		}
		answers, err := c.Answered(r.Answers)
		if err != nil {
			return none, err
		}
		if err := t.needReportsLeft(p, home.Path, r.Urgent); err != nil {
			return none, err
		}
		m := model.Matter{
			ID: model.NewID(t.now), ReporterID: p.ID, UserID: t.by.UserID, Category: c.Code, Words: r.Words, Place: r.Place, Urgent: r.Urgent,
			Anonymity: r.Anonymity, NodeID: home.ID, GridID: home.GridID, CommunityID: home.CommunityID, CheckState: model.FilePending,
		}
		if p.ID != t.by.PersonID {
			m.EnteredByID = t.by.PersonID
		}
		made, err := t.addMatter(m, home, answers)
		if err != nil {
			return none, err
		}
		photos, err := t.addPhotos(m, r.Photos)
		if err != nil {
			return none, err
		}
		return t.reported(made, p, home, c, photos), nil
	})
}

// addPhotos attaches the photos of a report, and gives them.
func (t *tx) addPhotos(m model.Matter, photos []int64) ([]model.File, error) {
	if len(photos) == 0 {
		return nil, nil
	}
	if err := t.attachFiles(naming{model.MatterFiles, m.ID, auditedAt(m)}, photos, model.MostMatterPhotos); err != nil {
		return nil, err
	}
	of, err := model.FilesOf(t.DB, t.now, model.MatterFiles, m.ID)
	return of[m.ID], err
}

// reported gives a matter that is only drafted as readMatter gives it once it is written.
func (t *tx) reported(made model.ReportedMatter, p model.Person, home model.Place, c model.MatterCategory, photos []model.File) MatterRecord {
	listed := model.ListedMatter{Matter: made.Matter, ReporterName: p.Name, CategoryName: c.Name, NodeName: home.Name, NodePath: home.Path}
	first := model.ListedMatterEvent{MatterEvent: made.First, ByName: t.by.Name}
	as := SeenByReporter
	if made.EnteredByID != 0 {
		as, listed.EnteredBy, first.ForName = SeenByOfficer, t.by.Name, p.Name
	}
	r := MatterRecord{ListedMatter: listed, As: as, SeesAll: true, Events: []model.ListedMatterEvent{first}, Answers: made.Answers, Photos: map[int64][]model.File{1: photos}}
	r.MayDo = movesOf(t.by, r, t.now)
	return r
}

// reportsFrom gives where a reporter belongs, in a grid; for somebody else only if the actor may report
// for others there.
func (t *tx) reportsFrom(p model.Person) (model.Place, error) {
	home, err := t.draft.reports.places[p.NodeID], error(nil)
	switch {
	case p.ID != t.by.PersonID && !t.by.May(model.ReportForOthers, home.Path, t.now):
		err = model.ErrPersonNotFound
	case p.State != model.PersonHere || home.GridID == 0:
		err = model.ErrMatterNoHome
	}
	return home, err
}

// addMatter drafts a matter with what belongs to it, and tells those at its first step.
func (t *tx) addMatter(m model.Matter, home model.Place, answers []model.MatterAnswer) (made model.ReportedMatter, err error) {
	if err := t.needProxyApart(m); err != nil {
		return made, err
	}
	rule := model.RuleOf(model.MoveReport)
	first := m.Next(rule, t.now)
	first.ByPersonID, first.ByRole, first.Words = t.by.PersonID, model.AsReporter, m.Words
	if m.EnteredByID != 0 {
		first.ByRole, first.ForPersonID = model.AsProxy, m.ReporterID
	}
	from := model.ChiefStep.Level()
	if m.Anonymity == model.HiddenFromChief {
		from = model.BranchStep.Level()
	}
	if first.Step, err = t.stepFrom(m, home.Path, from); err != nil {
		return made, err
	}
	limit, err := t.limitOf(m.Category, first.Step)
	if err != nil {
		return made, err
	}
	first.Allow(m, rule, limit)
	made = m.Report(first, answers...)
	t.draft.addMatter(made)
	if err := t.owe(checkMatter, m.ID, "", t.now); err != nil {
		return made, err
	}
	if err := t.tellMoved(m, home.Node, first, nil); err != nil {
		return made, err
	}
	return made, t.auditMatter("matter.report", m, proxied(m))
}

func proxied(m model.Matter) string {
	if m.EnteredByID != 0 {
		return "by proxy"
	}
	return ""
}

// needProxyApart refuses a chief who reports for somebody what must be hidden from the chief.
func (t *tx) needProxyApart(m model.Matter) error {
	if m.EnteredByID != 0 && m.HiddenFrom(t.by, t.now) {
		return model.ErrMatterProxy
	}
	return nil
}

// auditMatter enters something done to a matter.
func (t *tx) auditMatter(action string, m model.Matter, detail string) error {
	return t.audit(action, auditedAt(m), "matter", m.ID, detail)
}

// auditedAt is where entries about a matter and its photos lie. Of what is hidden from the chief that is the
// grid, where no list of the unit meets them.
func auditedAt(m model.Matter) int64 {
	if m.Anonymity == model.HiddenFromChief {
		return m.GridID
	}
	return m.NodeID
}

// stepFrom gives the first step from a level up where somebody works who is not the reporter, and to
// whom the matter may be known; the top where there is nobody.
func (t *tx) stepFrom(m model.Matter, path string, level int) (model.Step, error) {
	able, err := t.officersFor(m, path)
	if err != nil {
		return "", err
	}
	for ; level < len(model.Steps)-1; level++ {
		if slices.ContainsFunc(able, func(o model.Officer) bool { return slices.Contains(model.Steps[level].Roles, o.Role) }) {
			break
		}
	}
	return model.Steps[level].Step, nil
}

// officersFor gives the officers of every step over a matter's place who may know of it and see to it.
func (t *tx) officersFor(m model.Matter, path string) ([]model.Officer, error) {
	all, err := t.officersAt(path)
	if err != nil {
		return nil, err
	}
	var chiefs []int64
	for _, o := range all {
		if o.Role == model.UnitChief && m.Anonymity == model.HiddenFromChief {
			chiefs = append(chiefs, o.PersonID)
		}
	}
	if m.Anonymity == model.HiddenFromChief && !m.CreatedAt.IsZero() && m.CreatedAt.Before(t.now) {
		were, err := model.OfficersAt(t.DB, []int64{m.NodeID}, m.CreatedAt, model.UnitChief)
		if err != nil {
			return nil, err
		}
		for _, o := range were {
			chiefs = append(chiefs, o.PersonID)
		}
	}
	return slices.DeleteFunc(all, func(o model.Officer) bool { return o.PersonID == m.ReporterID || slices.Contains(chiefs, o.PersonID) }), nil
}

// needReportsLeft refuses who has reported as much today as one may, or as they may who are limited. What
// is urgent passes a limit: danger must get through. What others have entered for somebody takes nothing from what they
// may report themselves: a chief could keep complaints away by entering enough in their name.
func (t *tx) needReportsLeft(p model.Person, path string, urgent bool) error {
	var hiddenAt []model.Led
	if p.ID != t.by.PersonID {
		hiddenAt = t.by.Led(t.now)
	}
	own, entered := t.draft.reports.reportedToday(p.ID, hiddenAt)
	alike := own
	if p.ID != t.by.PersonID {
		alike = entered
	}
	if alike >= model.MostMattersADay {
		return model.ErrMatterTooMany
	}
	limit, limited := t.draft.reports.limits[p.ID]
	if !limited || urgent || own+entered < limit.ADay {
		return nil
	}
	return t.limited(limit, path)
}
