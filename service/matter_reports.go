package service

import (
	"slices"

	"danyuan/model"
)

// reportLane is the lane of reports. They contend for no row: what they share is the reading, and the commit.
const reportLane = "reports"

// reports is what the reports of a transaction are judged by, read for all of them in few statements. No
// command that shares a transaction changes any of it, but for reporting.
type reports struct {
	people     map[int64]model.Person // locked
	places     map[int64]model.Place
	officers   []model.Officer // over those places
	today      []model.Matter  // what they have reported today
	limits     map[int64]model.ReporterLimit
	categories map[string]model.MatterCategory
	allowed    map[model.MatterLimit]model.MatterLimit
}

// readReports locks those who report, and reads what their reports are judged by.
func (d *draft) readReports(reporters []int64) error {
	if len(reporters) == 0 {
		return nil
	}
	r := &d.reports
	r.categories, r.allowed = map[string]model.MatterCategory{}, map[model.MatterLimit]model.MatterLimit{}
	people, err := model.LockPersons(d.raw, reporters)
	if err != nil {
		return err
	}
	r.people = byID(people, func(p model.Person) int64 { return p.ID })
	var homes, ids, above []int64
	for _, p := range people {
		homes, ids = append(homes, p.NodeID), append(ids, p.ID)
	}
	if r.places, err = model.PlacesOf(d.raw, homes...); err != nil {
		return err
	}
	for _, home := range r.places {
		above = append(above, model.PathIDs(home.Path)...)
	}
	slices.Sort(above)
	if r.officers, err = model.OfficersAt(d.raw, slices.Compact(above), d.now, rolesOfSteps()...); err != nil {
		return err
	}
	if r.today, err = model.MattersSince(d.raw, ids, model.BeijingMidnight(d.now)); err != nil {
		return err
	}
	limits, err := model.RunningLimits(d.raw, ids, d.now)
	r.limits = byID(limits, func(l model.ReporterLimit) int64 { return l.PersonID })
	return err
}

func byID[R any](rows []R, id func(R) int64) map[int64]R {
	by := make(map[int64]R, len(rows))
	for _, r := range rows {
		by[id(r)] = r
	}
	return by
}

func rolesOfSteps() (roles []model.Role) {
	for _, s := range model.Steps {
		roles = append(roles, s.Roles...)
	}
	return roles
}

// officersAt gives who holds a role of some step at the nodes of a path.
func (t *tx) officersAt(path string) ([]model.Officer, error) {
	nodes := model.PathIDs(path)
	for _, home := range t.draft.reports.places {
		if home.Path == path {
			return slices.DeleteFunc(slices.Clone(t.draft.reports.officers), func(o model.Officer) bool { return !slices.Contains(nodes, o.NodeID) }), nil
		}
	}
	return model.OfficersAt(t.DB, nodes, t.now, rolesOfSteps()...)
}

// category gives a category that takes reports.
func (t *tx) category(code string) (model.MatterCategory, error) {
	r := &t.draft.reports
	if c, ok := r.categories[code]; ok {
		return c, nil
	}
	c, err := model.MatterCategoryFor(t.draft.raw, code)
	if err == nil {
		r.categories[code] = c
	}
	return c, err
}

// limitOf gives how long a step may take over a matter of a category.
func (t *tx) limitOf(category string, step model.Step) (model.MatterLimit, error) {
	r := &t.draft.reports
	key := model.MatterLimit{Category: category, Step: step}
	if l, ok := r.allowed[key]; ok {
		return l, nil
	}
	l, err := model.MatterLimitOf(t.draft.raw, category, step)
	if err == nil {
		r.allowed[key] = l
	}
	return l, err
}

// reportedToday counts what a person has reported today, also in this transaction, themselves and by the hand of others,
// without what is hidden from the chief of these units: they must not know of it, not even by a number.
func (r *reports) reportedToday(person int64, hiddenAt []model.Led) (own, entered int64) {
	for _, m := range r.today {
		switch {
		case m.ReporterID != person || slices.ContainsFunc(hiddenAt, func(l model.Led) bool { return l.Hides(m) }):
		case m.EnteredByID != 0:
			entered++
		default:
			own++
		}
	}
	return own, entered
}
