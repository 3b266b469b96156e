package service

import (
	"slices"
	"time"

	"danyuan/model"
)

// personAtHome is somebody by name and household, as a roster knows them.
type personAtHome struct {
	home homeKey
	name string
}

// noteAges notes which rows are about children, and which adults the table itself names.
func (p *pass) noteAges(rows []*placed) {
	for _, r := range rows {
		now := model.Person{BirthDate: r.birth}
		if r.birth == "" && r.person != nil {
			now.BirthDate = r.person.BirthDate
		}
		if now.IsChild(p.now) {
			p.children = append(p.children, r)
		}
		if !now.IsMinor(p.now) {
			p.grown[personAtHome{r.home, r.name}] = true
		}
	}
}

// settleGuardians sees to it that each child of the table has a guardian: one who is registered, or an adult
// of the household whom the row names. Those are told, and decide themselves.
func (p *pass) settleGuardians() error {
	if len(p.children) == 0 {
		return nil
	}
	people, err := p.households()
	if err != nil {
		return err
	}
	guarded, agreed, err := p.guarded(people)
	if err != nil {
		return err
	}
	var made []model.Guardianship
	var news []told
	for _, r := range p.children {
		child, adult := r.child(people), people[personAtHome{r.home, r.guardian}]
		if column := r.addsOfChild(p.now); column != "" && !agreed[child.ID] {
			p.faults.add(r.line, column, "这个孩子未满14周岁，监护人还没有同意，手机号、身份证号和户籍地址先不登记。请把这几格留空，只填出生日期；监护人在小程序里同意以后再导入。")
			continue
		}
		if text := p.unguarded(r, adult, guarded[child.ID] != nil); text != "" {
			p.faults.add(r.line, columnGuardian, text)
			continue
		}
		if p.write == nil || r.guardian == "" || slices.Contains(guarded[child.ID], adult.ID) {
			continue
		}
		made = append(made, model.Guardianship{
			ChildID: child.ID, GuardianID: adult.ID, Relation: model.Unsaid, State: model.GuardianNamed,
			MadeAt: p.now, MadeByID: p.by.PersonID, ConfirmedAt: &p.now, ConfirmedByID: p.by.PersonID,
		})
		news = append(news, toldToDecide(child, adult))
		if err := p.note("guardian.name", r.unit, child.ID, []string{"guardian"}); err != nil {
			return err
		}
	}
	if p.write == nil || p.faults.total > 0 {
		return nil
	}
	if err := model.AddGuardianships(p.db, made); err != nil {
		return err
	}
	return p.write.notifyMany(news)
}

// unguarded tells what is wrong with the guardian whom a child's row names, "" when nothing is. adult is the
// one of that name who lives there already; of somebody who has a row of their own it is the row that counts, which
// may have them live elsewhere.
func (p *pass) unguarded(r *placed, adult model.Person, registered bool) string {
	here := p.grown[personAtHome{r.home, r.guardian}]
	if p.claimed[adult.ID] == 0 && adult.ID != 0 {
		here = adult.State == model.PersonHere && !adult.IsMinor(p.now)
	}
	switch {
	case r.guardian == "" && registered:
		return ""
	case r.guardian == "":
		return "这个孩子未满14周岁，请填写监护人的姓名：同一户的一位成年人。"
	case !here:
		return "这一户没有这位年满18周岁的人。请核对姓名，或者把监护人也填进表格；监护人住在别处的，请在系统里登记。"
	case adult.ID != 0 && adult.ID == p.by.PersonID:
		return "不能由自己登记自己是监护人，请把这一行删去，由同事办理。"
	}
	return ""
}

// child gives whom the row of a child is about: the zero person for one whom nobody has stored yet.
func (r *placed) child(people map[personAtHome]model.Person) model.Person {
	if r.person != nil {
		return *r.person
	}
	return people[personAtHome{r.home, r.name}]
}

// households gives who lives with the children now, by name: with what the table has written, if it may.
func (p *pass) households() (map[personAtHome]model.Person, error) {
	var ids []int64
	at := map[int64]homeKey{}
	for _, r := range p.children {
		if id := p.homes[r.home]; id != 0 {
			ids, at[id] = append(ids, id), r.home
		}
	}
	slices.Sort(ids)
	rows, err := model.PersonsOfHouseholds(p.db, slices.Compact(ids), p.write != nil)
	people := map[personAtHome]model.Person{}
	for _, one := range rows {
		key := personAtHome{at[*one.HouseholdID], one.Name}
		if was, twice := people[key]; !twice || was.State != model.PersonHere {
			people[key] = one
		}
	}
	return people, err
}

// addsOfChild gives the first column that adds what is registered of a child only while a guardian agrees
// (mayAddOfChild), "" when none does.
func (r *placed) addsOfChild(now time.Time) string {
	if r.person != nil && !r.person.IsChild(now) {
		return ""
	}
	adds := func(column, given string) bool {
		if r.person == nil {
			return given != ""
		}
		return r.change[column] != nil
	}
	switch {
	case adds("phone", r.phone):
		return columnPhone
	case adds("id_number", r.idNumber):
		return columnIDNumber
	case adds("address", r.address):
		return columnAddress
	}
	return ""
}

// guarded gives who is registered as the guardian of whom, and for which children one agrees.
func (p *pass) guarded(people map[personAtHome]model.Person) (by map[int64][]int64, agreed map[int64]bool, err error) {
	var ids []int64
	for _, r := range p.children {
		if child := r.child(people); child.ID != 0 {
			ids = append(ids, child.ID)
		}
	}
	slices.Sort(ids)
	rows, err := model.OpenGuardianshipsOf(p.db, slices.Compact(ids), p.write != nil)
	by, agreed = map[int64][]int64{}, map[int64]bool{}
	for _, g := range rows {
		by[g.ChildID] = append(by[g.ChildID], g.GuardianID)
		agreed[g.ChildID] = agreed[g.ChildID] || g.State == model.GuardianActive
	}
	return by, agreed, err
}
