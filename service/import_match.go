package service

import (
	"fmt"
	"slices"
	"time"

	"danyuan/model"
)

// placed is a row of the roster with the unit and household that it names, and whom it is about.
type placed struct {
	rosterRow
	unit   int64
	home   homeKey
	person *model.Person // nil for somebody new
	change map[string]any
}

// settleRoster finds whom the rows are about and does what they say.
func (p *pass) settleRoster(rows []rosterRow) error {
	found, err := p.findHomes(rows)
	if err != nil {
		return err
	}
	if err := p.findPersons(found); err != nil {
		return err
	}
	for _, r := range found {
		if r.person != nil {
			r.compare(p)
		}
		if r.person != nil && r.person.ID == p.by.PersonID && len(r.change) > 0 {
			p.faults.add(r.line, columnName, "这是您自己的登记信息，不能由自己改动。请把这一行删去，由同事办理。")
		}
	}
	if err := p.refuseBeyond(found); err != nil {
		return err
	}
	if err := p.refuseCheckedIn(found); err != nil {
		return err
	}
	p.noteAges(found)
	return p.writePersons(found)
}

// findHomes gives the rows whose unit there is, and makes the households that are missing.
func (p *pass) findHomes(rows []rosterRow) ([]*placed, error) {
	var (
		found []*placed
		homes []model.Household
		units []int64
	)
	for _, row := range rows {
		unit, column, text := p.places.unit(row.place)
		if unit == nil {
			p.faults.add(row.line, column, text)
			continue
		}
		home := model.NewHousehold(p.keys, unit.ID, row.room, p.now)
		if p.newHome(home) {
			homes = append(homes, home)
			units = append(units, unit.ID)
		}
		found = append(found, &placed{rosterRow: row, unit: unit.ID, home: keyOf(home)})
	}
	if p.write == nil || len(homes) == 0 {
		return found, nil
	}
	if err := model.AddHouseholds(p.db, homes); err != nil {
		return nil, err
	}
	slices.Sort(units)
	return found, p.loadHomes(slices.Compact(units))
}

// findPersons finds whom each row is about: by id number if it has one, else by household and name.
func (p *pass) findPersons(rows []*placed) error {
	var numbers []string
	for _, r := range rows {
		if r.idNumber != "" {
			numbers = append(numbers, p.keys.IDNumberIndex(r.idNumber))
		}
	}
	people, err := model.PersonsByIDNumbers(p.db, numbers, p.write != nil)
	if err != nil {
		return err
	}
	byNumber := make(map[string]*model.Person, len(people))
	for i := range people {
		byNumber[people[i].IDNumber] = &people[i]
	}
	var rest []*placed
	for _, r := range rows {
		if r.person = byNumber[r.idNumber]; r.person == nil {
			rest = append(rest, r)
		}
	}
	if err := p.findInHomes(rest); err != nil {
		return err
	}
	for _, r := range rows {
		if r.person == nil || !p.places.holds(r.person.NodeID) {
			p.unknown[r.name]++
		}
	}
	if err := p.findByPhone(rest); err != nil {
		return err
	}
	for _, r := range rows {
		p.claim(r)
	}
	return nil
}

func (p *pass) findInHomes(rows []*placed) error {
	var homes []int64
	for _, r := range rows {
		if id := p.homes[r.home]; id != 0 {
			homes = append(homes, id)
		}
	}
	slices.Sort(homes)
	people, err := model.PersonsOfHouseholds(p.db, slices.Compact(homes), p.write != nil)
	if err != nil {
		return err
	}
	type nameAtHome struct {
		home int64
		name string
	}
	namesakes := make(map[nameAtHome][]*model.Person, len(people))
	for i := range people {
		key := nameAtHome{*people[i].HouseholdID, people[i].Name}
		namesakes[key] = append(namesakes[key], &people[i])
	}
	for _, r := range rows {
		var column, text string
		if r.person, column, text = amongNamesakes(r.idNumber, namesakes[nameAtHome{p.homes[r.home], r.name}]); text != "" {
			p.faults.add(r.line, column, text)
		}
	}
	return nil
}

// findByPhone looks for those whom neither number nor home has found among people of the same name and
// phone number: a family may share a number, but two of one name at one number are one person. Who only
// serves somewhere so far is meant, and who has left this community and is back; who lives somewhere has to
// move, and is not entered twice.
func (p *pass) findByPhone(rows []*placed) error {
	var numbers []string
	for _, r := range rows {
		if r.person == nil && r.phone != "" {
			numbers = append(numbers, p.keys.PhoneIndex(r.phone))
		}
	}
	people, err := model.PersonsByPhones(p.db, numbers, p.write != nil)
	if err != nil {
		return err
	}
	known := map[[2]string][]*model.Person{}
	for i := range people {
		key := [2]string{people[i].Phone, people[i].Name}
		known[key] = append(known[key], &people[i])
	}
	for _, r := range rows {
		if r.person != nil || r.phone == "" {
			continue
		}
		for _, one := range known[[2]string{r.phone, r.name}] {
			if p.meet(r, one); r.person != nil {
				break
			}
		}
	}
	return nil
}

// meet takes a row for somebody of the same name and phone number, or says why it can't.
func (p *pass) meet(r *placed, one *model.Person) {
	switch {
	case r.idNumber != "" && one.IDNumber != "": // another number: somebody else
	case one.State == model.PersonLeft && !p.places.holds(one.NodeID): // known there alone
	case one.HouseholdID == nil:
		r.person = one
	case p.places.holds(one.NodeID):
		p.faults.add(r.line, columnPhone, "同名、同手机号的人已登记在本社区的另一户。如果是同一个人，请在“居民”里打开这个人登记迁居，再删去这一行；不是的请填写身份证号并核对手机号。")
	default:
		p.faults.meet(r, one, columnPhone, "同名、同手机号的人已在别处登记，没有导入。如果是同一个人，请本人或家属在原登记的地方办理迁出，再重新导入；不是的请核对手机号。")
	}
}

// amongNamesakes picks the one of a household's people of the same name whom a row can mean: those who
// live there before those who have left, and nobody whose id number is another. When it can't tell, it
// gives the column at fault and what to tell.
func amongNamesakes(idNumber string, people []*model.Person) (who *model.Person, column, text string) {
	here := slices.DeleteFunc(slices.Clone(people), func(p *model.Person) bool { return p.State != model.PersonHere })
	if len(here) > 0 {
		people = here
	}
	fits := slices.DeleteFunc(slices.Clone(people), func(p *model.Person) bool { return idNumber != "" && p.IDNumber != "" })
	switch {
	case len(fits) > 1:
		return nil, columnName, "这一户登记了几位同名的人，请填写身份证号再导入。"
	case len(fits) == 1:
		return fits[0], "", ""
	case len(here) > 0:
		return nil, columnIDNumber, "这一户已有同名的人，但登记的身份证号不一样。请核对；登记错的请先在“居民”里打开这个人改正。"
	}
	return nil, "", ""
}

// claim sees to it that a row is about somebody of this community, and no other row is.
func (p *pass) claim(r *placed) {
	if r.person == nil {
		return
	}
	switch first, twice := p.claimed[r.person.ID]; {
	case twice:
		p.faults.add(r.line, columnName, fmt.Sprintf("第%d行和第%d行说的是已登记的同一个人，请只留一行。", first, r.line))
	case !p.places.holds(r.person.NodeID) && r.person.State == model.PersonHere && r.person.HouseholdID != nil:
		p.faults.meet(r, r.person, columnIDNumber, "这个身份证号已在别处登记，没有导入。请本人或家属在原登记的地方办理迁出，再重新导入。")
	default:
		if !p.places.holds(r.person.NodeID) {
			p.faults.meet(r, r.person, "", "")
		}
		p.claimed[r.person.ID] = r.line
		return
	}
	r.person = nil
}

// compare notes what a row changes of its person. What the row leaves empty stays.
func (r *placed) compare(p *pass) {
	was := *r.person
	r.change = map[string]any{}
	set := func(column, old, given string) {
		if given != "" && given != old {
			r.change[column] = given
		}
	}
	set("name", was.Name, r.name)
	set("birth_date", was.BirthDate, r.birth)
	if born := model.BirthIn(was.IDNumber); r.idNumber == "" && r.change["birth_date"] != nil && born != "" && born != r.birth {
		p.faults.add(r.line, columnBirth, "和登记的身份证号里的出生日期不一样。请核对这一格；身份证号登记错了的，请先在“居民”里打开这个人改正。")
	}
	set("address", was.Address, r.address)
	set("membership", string(was.Membership), string(r.membership))
	set("state", string(was.State), string(model.PersonHere))
	if set("phone", was.Phone, r.phone); r.change["phone"] != nil {
		was.SetPhone(p.keys, r.phone)
		r.change["phone_index"] = was.PhoneIndex
	}
	if set("id_number", was.IDNumber, r.idNumber); r.change["id_number"] != nil {
		was.SetIDNumber(p.keys, r.idNumber)
		r.change["id_number_index"] = was.IDNumberIndex
	}
	home := p.homes[r.home]
	if was.HouseholdID == nil || *was.HouseholdID != home || home == 0 {
		r.change["household_id"] = home
	}
	if was.NodeID != r.unit {
		r.change["node_id"] = r.unit
	}
}

// refuseBeyond keeps a roster off officers whom the person who handed it in does not appoint (reaches):
// whoever could give them another phone number could sign in as them, and whoever made them a child could shut them out.
func (p *pass) refuseBeyond(rows []*placed) error {
	var sensitive []int64
	for _, r := range rows {
		if r.person != nil && (r.change["phone"] != nil || r.change["id_number"] != nil || r.becomesChild(p.now) || !p.places.holds(r.person.NodeID)) {
			sensitive = append(sensitive, r.person.ID)
		}
	}
	held, err := model.OfficesOf(p.db, sensitive, p.now)
	if err != nil {
		return err
	}
	const young = "这个人担任的职务不归您任命，名册不能把他登记为未满14周岁。请核对这一格；没有错的，请由上级先结束任职。"
	const text = "这个人担任的职务不归您任命，名册不能改动他的手机号和身份证号，也不能把他从别处迁入。请由上级办理；只改其他内容时，请把手机号留空。"
	for _, r := range rows {
		switch {
		case r.person == nil || !slices.ContainsFunc(held, func(o model.Office) bool { return o.PersonID == r.person.ID && !reaches(p.by, o, p.now) }):
		case p.places.holds(r.person.NodeID) && r.becomesChild(p.now):
			p.faults.add(r.line, columnBirth, young)
		case p.places.holds(r.person.NodeID):
			p.faults.add(r.line, columnPhone, text)
		default:
			p.faults.meet(r, r.person, columnPhone, text)
		}
	}
	return nil
}

// becomesChild tells whether a row makes somebody a child who was none.
func (r *placed) becomesChild(now time.Time) bool {
	return r.change["birth_date"] != nil && model.Person{BirthDate: r.birth}.IsChild(now) && !r.person.IsChild(now)
}

// refuseCheckedIn keeps a roster from undoing what a check-in has given: who was accepted as an in-service member stays
// one until the check-in ends.
func (p *pass) refuseCheckedIn(rows []*placed) error {
	var undone []int64
	for _, r := range rows {
		if r.person != nil && r.change["membership"] != nil && r.person.Membership == model.InServiceMember {
			undone = append(undone, r.person.ID)
		}
	}
	checkedIn, err := model.CheckedInAmong(p.db, undone)
	for _, r := range rows {
		if r.person != nil && r.change["membership"] != nil && slices.Contains(checkedIn, r.person.ID) {
			p.faults.add(r.line, columnMembership, "这一格和社区已经接收的报到对不上。请留空，或者改成和报到一致；报到已经不作数的，请先在报到名单里结束它，再导入。")
		}
	}
	return err
}
