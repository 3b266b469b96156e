package service

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"danyuan/model"
)

// writePersons counts what the rows do, and does it when it may.
func (p *pass) writePersons(rows []*placed) error {
	if p.faults.total > 0 {
		return nil // nothing will happen, and whom these rows are about is not known
	}
	var added []model.Person
	var renamed []int64
	var changed []*placed
	for _, r := range rows {
		switch {
		case r.person == nil:
			p.counts.Added++
			added = append(added, r.newPerson(p))
		case len(r.change) == 0:
			p.counts.Unchanged++
		default:
			p.counts.Changed++
			if r.moves() {
				p.counts.Moved++
			}
			if r.change["name"] != nil {
				renamed = append(renamed, r.person.ID)
			}
			changed = append(changed, r)
			if err := p.changePerson(r); err != nil {
				return err
			}
		}
	}
	if p.write == nil {
		return nil
	}
	if err := p.write.touchOffices(renamed); err != nil {
		return err
	}
	if err := p.tellChanged(changed); err != nil {
		return err
	}
	if err := model.AddPersons(p.db, added); err != nil {
		return err
	}
	for _, n := range added {
		if err := p.note("person.add", n.NodeID, n.ID, fieldsOf(n)); err != nil {
			return err
		}
	}
	return nil
}

// tellChanged keeps which particulars the rows have changed, and tells those who have an account, each once. Moving and
// membership are told where they are done.
func (p *pass) tellChanged(rows []*placed) error {
	var changes []model.PersonChange
	var people []int64
	var numbers []model.Person
	what := map[int64][]string{}
	for _, r := range rows {
		id := r.person.ID
		for _, particular := range []string{"name", "phone", "id_number", "birth_date", "address"} {
			if r.change[particular] == nil {
				continue
			}
			what[id] = append(what[id], particular)
			changes = append(changes, model.PersonChange{PersonID: id, What: particular, Reason: byImport, ByPersonID: p.by.PersonID, At: p.now})
		}
		if r.change["phone"] != nil {
			numbers = append(numbers, *r.person)
		}
		if len(what[id]) > 0 {
			people = append(people, id)
		}
	}
	if len(changes) == 0 {
		return nil
	}
	if err := p.write.endRebindings(numbers...); err != nil {
		return err
	}
	if err := model.AddPersonChanges(p.db, changes); err != nil {
		return err
	}
	bound, err := model.BoundAmong(p.db, people)
	var news []told
	for _, id := range bound {
		news = append(news, toldOfChange(id, what[id], fmt.Sprintf("record:import:%d:%d", p.id, id)))
	}
	return or(err, p.write.notifyMany(news))
}

// byImport is the reason of what a roster changes.
const byImport = "名册导入"

// note enters what the import did to a person into the audit log: the names of fields, and the import.
func (p *pass) note(action string, node, person int64, fields []string) error {
	slices.Sort(fields)
	detail := strings.Join(fields, ",") + " import:" + strconv.FormatInt(p.id, 10)
	return p.write.audit(action, node, "person", person, detail)
}

// fieldsOf names what is held of somebody new.
func fieldsOf(n model.Person) []string {
	fields := []string{"household", "name", "membership"}
	for name, value := range map[string]string{"phone": n.Phone, "id_number": n.IDNumber, "birth_date": n.BirthDate, "address": n.Address} {
		if value != "" {
			fields = append(fields, name)
		}
	}
	return fields
}

// changedFields names what a row changes, as the audit log calls it.
func (r *placed) changedFields() []string {
	var fields []string
	for column := range r.change {
		if !strings.HasSuffix(column, "_index") {
			fields = append(fields, strings.TrimSuffix(column, "_id"))
		}
	}
	return fields
}

// moves tells whether a row's person lives in another unit from now on.
func (r *placed) moves() bool { return r.change["node_id"] != nil }

// changePerson stores what changes of a person. Who moves to another unit or is a Party member no more
// is told, and shows no identity: what their neighbours see was agreed to for another door.
func (p *pass) changePerson(r *placed) error {
	if p.write == nil {
		return nil
	}
	t, now := p.write, *r.person
	t.mayLeaveDoor(now)
	if err := p.note("person.change", r.unit, now.ID, r.changedFields()); err != nil {
		return err
	}
	if err := model.ChangePerson(p.db, now.ID, r.change, p.now); err != nil {
		return err
	}
	if r.moves() {
		if err := p.moveAlong(t, now, r.unit); err != nil {
			return err
		}
	} else if r.change["household_id"] != nil {
		if err := t.leaveDoor(now.ID); err != nil {
			return err
		}
	}
	if r.change["membership"] == nil {
		return nil
	}
	if !r.membership.IsMember() {
		if err := endDisplay(t, now.ID, model.EndNoMember); err != nil {
			return err
		}
	}
	return t.record(now, "membership", byImport)
}

func (r *placed) newPerson(p *pass) model.Person {
	home := p.homes[r.home]
	n := model.Person{
		NodeID: r.unit, HouseholdID: &home, Name: r.name, BirthDate: r.birth, Address: r.address, Membership: r.membership,
		State: model.PersonHere, CreatedAt: p.now, UpdatedAt: p.now,
	}
	if n.Membership == "" {
		n.Membership = model.NoMember
	}
	n.SetPhone(p.keys, r.phone)
	n.SetIDNumber(p.keys, r.idNumber)
	return n
}

// moveAlong has what hangs on a person's place follow an import that moves them, one after another: after
// a failure nothing more is written.
func (p *pass) moveAlong(t *tx, was model.Person, unit int64) error {
	now := was
	now.NodeID = unit
	if err := model.CarryRebindings(p.db, now.ID, unit); err != nil {
		return err
	}
	if err := endDisplay(t, now.ID, model.EndMoved); err != nil {
		return err
	}
	if !p.places.holds(was.NodeID) {
		t.touch(model.PersonTopic(now.ID)) // what is kept of them hangs on other places
		if err := t.endOpenCheckIn(&now, p.places.root.Path, checkedInElsewhere); err != nil {
			return err
		}
	}
	return t.record(now, "move", byImport)
}
