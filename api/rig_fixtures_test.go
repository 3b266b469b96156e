package api_test

import (
	"strconv"

	"gorm.io/gorm"

	"danyuan/model"
	"danyuan/testkit"
)

// fixtures fill in what a call needs, each made when a route first asks for it. Whoever adds a route
// that needs another thing adds one line. A key is, the first that fits:
//
//	"view-code/{code_id}"  a path or query parameter or body field ("appoint/person_id") of one route
//	"codes/{code_id}"      a path parameter behind a word of the path
//	"person_id"            a body field or query parameter of any route
//
// A thing lies in w.Unit, or on the way to it; what belongs to a person belongs to w.Resident. Values
// are given as text; ids of bodies are text, too.
var fixtures = map[string]func(w *world) string{
	"nodes/{id}":         func(w *world) string { return digits(w.Unit.ID) },
	"units/{code}":       func(w *world) string { return w.unitCode() },
	"scenes/{scene}":     func(w *world) string { return w.unitCode() },
	"codes/{code_id}":    func(w *world) string { return w.unitCodeID() },
	"consents/{purpose}": func(*world) string { return string(model.ForDisplay) },
	"people/{id}":        func(w *world) string { return digits(w.Neighbour.ID) },
	"notices/{id}": func(w *world) string {
		return w.add(&model.Notice{PersonID: w.Resident.ID, Kind: "role", Title: "任职通知", Body: "您已被任命", CreatedAt: testkit.Start})
	},
	"jobs/{id}": func(w *world) string {
		return w.add(&model.Job{Kind: "send_notice", SubjectID: 1, State: model.JobStuck, DueAt: testkit.Start, OwedAt: testkit.Start})
	},
	"roles/{id}": func(w *world) string { return digits(w.Appoint(w.Neighbour, model.UnitChief, w.Unit).ID) },

	"node_id":      func(w *world) string { return digits(w.Unit.ID) },
	"unit_id":      func(w *world) string { return digits(w.Unit.ID) },
	"grid_id":      func(w *world) string { return digits(w.Grid.ID) },
	"community_id": func(w *world) string { return digits(w.Community.ID) },
	"person_id":    func(w *world) string { return digits(w.Neighbour.ID) },
	"household_id": func(w *world) string { return digits(*w.Neighbour.HouseholdID) },
}

func digits(id int64) string { return strconv.FormatInt(id, 10) }

// add stores a record and gives its id.
func (w *world) add(record any) string {
	w.Helper()
	w.Tx(func(tx *gorm.DB) error { return tx.Create(record).Error })
	var id int64
	switch r := record.(type) {
	case *model.Notice:
		id = r.ID
	case *model.Job:
		id = r.ID
	}
	return digits(id)
}

// unitCode gives the code of the unit, which has one.
func (w *world) unitCode() string {
	w.Helper()
	if w.things["the unit's code"] == "" {
		w.things["the unit's code"] = w.Code(w.Unit)
	}
	return w.things["the unit's code"]
}

func (w *world) unitCodeID() string {
	w.Helper()
	code := w.unitCode()
	var c model.Code
	w.Tx(func(tx *gorm.DB) (err error) { c, err = model.CodeByText(tx, code); return err })
	return digits(c.ID)
}
