package service

import (
	"slices"

	"danyuan/model"
)

// door is somebody at an activity.
type door struct{ activity, person int64 }

// doors is what those who come to activities are judged by, read for all of a transaction in few statements. Who
// writes past it lets it forget.
type doors struct {
	asked   map[door]bool // what is known of them is true
	gates   map[int64]*gate
	people  map[int64]model.Person // locked
	nodes   map[int64]model.Node   // of activities, and of people's homes
	signUps map[door]model.SignUp
	hours   map[door]model.Hours    // theirs of the activity
	busy    map[int64][]model.Hours // by person: what counts and may not be over yet
	// In this transaction:
	seated []model.SignUp
	begun  []model.Hours
}

// gate is an activity, locked, with how many seats nobody has, and the last turn that was given out.
type gate struct {
	model.Activity
	free, turn int64
}

// forget has everything read anew: sign-ups have been changed past it.
func (d *doors) forget() { *d = doors{} }

// comer is somebody at an activity, as it is judged whether they may take part. What they have done in this
// transaction is in it.
type comer struct {
	*gate
	node   model.Node
	here   bool // there is such a person
	person model.Person
	home   model.Node
	signUp *model.SignUp
	hours  *model.Hours
	others []model.Hours // of theirs, that count and are not over yet, without the activity's
}

// readDoors locks activities and then people, and reads what their coming is judged by.
func (d *draft) readDoors(at []door) error {
	if len(at) == 0 {
		return nil
	}
	r := &d.doors
	if r.asked == nil {
		r.asked, r.gates, r.people, r.nodes = map[door]bool{}, map[int64]*gate{}, map[int64]model.Person{}, map[int64]model.Node{}
		r.signUps, r.hours, r.busy = map[door]model.SignUp{}, map[door]model.Hours{}, map[int64][]model.Hours{}
	}
	var activities, people, nodes []int64
	for _, a := range at {
		r.asked[a] = true
		activities, people = append(activities, a.activity), append(people, a.person)
	}
	gates, err := d.readGates(activities)
	if err != nil {
		return err
	}
	locked, err := model.LockPersons(d.raw, people)
	if err != nil {
		return err
	}
	for _, p := range locked {
		r.people[p.ID], nodes = p, append(nodes, p.NodeID)
	}
	found, err := model.NodesByIDs(d.raw, append(nodes, gates...))
	if err != nil {
		return err
	}
	for _, n := range found {
		r.nodes[n.ID] = n
	}
	signUps, err := model.SignUpsFor(d.raw, activities, people)
	if err != nil {
		return err
	}
	for _, u := range signUps {
		r.signUps[door{u.ActivityID, u.PersonID}] = u
	}
	return d.readHours(activities, people)
}

// readGates locks activities, and gives their nodes.
func (d *draft) readGates(activities []int64) (nodes []int64, err error) {
	activities = slices.DeleteFunc(slices.Clone(activities), func(id int64) bool { return d.doors.gates[id] != nil })
	locked, err := model.LockActivities(d.raw, activities)
	for _, a := range locked {
		g := &gate{Activity: a}
		if g.turn, err = model.LastTurn(d.raw, a.ID); err != nil {
			return nil, err
		}
		if g.free, err = model.FreeSeats(d.raw, a); err != nil {
			return nil, err
		}
		d.doors.gates[a.ID], nodes = g, append(nodes, a.NodeID)
	}
	return nodes, err
}

func (d *draft) readHours(activities, people []int64) error {
	for _, p := range people {
		delete(d.doors.busy, p)
	}
	hours, err := model.HoursAround(d.raw, activities, people, d.now)
	for _, h := range hours {
		if h.ActivityID != nil && slices.Contains(activities, *h.ActivityID) {
			d.doors.hours[door{*h.ActivityID, h.PersonID}] = h
		}
		if h.State != model.HoursVoid && h.State != model.HoursRefused {
			d.doors.busy[h.PersonID] = append(d.doors.busy[h.PersonID], h)
		}
	}
	return err
}

// atDoor gives somebody at an activity, both locked. Refusals: activity.not_found.
func (t *tx) atDoor(at door) (comer, error) {
	r := &t.draft.doors
	if !r.asked[at] {
		if err := t.draft.Meet(false); err != nil {
			return comer{}, err
		}
		if err := t.draft.readDoors([]door{at}); err != nil {
			return comer{}, err
		}
	}
	if r.gates[at.activity] == nil {
		return comer{}, model.ErrActivityNotFound
	}
	return r.comer(at), nil
}

func (d *doors) comer(at door) comer {
	c := comer{gate: d.gates[at.activity]}
	if c.gate != nil {
		c.node = d.nodes[c.NodeID]
	}
	c.person, c.here = d.people[at.person]
	c.home = d.nodes[c.person.NodeID]
	if u, ok := d.signUps[at]; ok {
		c.signUp = &u
	}
	if h, ok := d.hours[at]; ok {
		c.hours = &h
	}
	for _, u := range d.seated {
		if u.ActivityID == at.activity && u.PersonID == at.person {
			c.signUp = &u
		}
	}
	for _, h := range append(slices.Clone(d.busy[at.person]), d.begun...) {
		switch {
		case h.PersonID != at.person:
		case h.ActivityID == nil || *h.ActivityID != at.activity:
			c.others = append(c.others, h)
		case c.hours == nil:
			c.hours = &h
		}
	}
	return c
}

// seats gives how many seats of a locked activity nobody has, and the next turn.
func (d *draft) seats(g *gate) (free, turn int64) {
	free, turn = g.free, g.turn+1
	for _, u := range d.doors.seated {
		if u.ActivityID == g.ID {
			turn = max(turn, u.Turn+1)
			if u.State == model.Seated {
				free--
			}
		}
	}
	return max(free, 0), turn
}
