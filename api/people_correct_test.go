package api_test

import (
	"strings"
	"testing"

	"gorm.io/gorm"

	"danyuan/model"
	"danyuan/testkit"
	"danyuan/testkit/edge"
)

// Invented numbers whose check characters are right.
const (
	numberOf1950, numberOf1988 = "34089919500131069X", "340899198803050029"
	numberOf2016               = "340899201605010047"
)

func correction(what, value string) body {
	return body{"what": what, "value": value, "reason": "户口簿核对"}
}

func TestCorrect_whatIsHeldOfAPersonIsPutRightOneByOneAndToldThem(t *testing.T) {
	k := edge.New(t)
	o := k.Org()
	p := k.Person(o.Unit, "李小海", whole)
	token := k.SignIn(p)
	_, staff := k.Officer(model.CommunityStaff, o.Community, "赵社工")
	url := path("/v1/people/%d", p.ID)
	for _, c := range []struct{ what, value, held string }{
		{"name", " 李小梅 ", `"name":"李小梅"`},
		{"phone", "+86 139 0000 0007", `"phone":"13900000007"`},
		{"id_number", "34089919880305 0029", `"id_number":"` + numberOf1988 + `","birth_date":"1988-03-05"`},
		{"address", "安庆市某路1号", `"address":"安庆市某路1号"`},
	} {
		k.Post(staff, url+"/correct", correction(c.what, c.value)).Expect(200)
		k.Post(staff, url+"/correct", correction(c.what, c.value)).Refused(409, "person.same_particular")
		k.Get(staff, url).Expect(200).Has(c.held)
		k.Get(token, "/v1/me/data").Expect(200).Has(c.held, `"what":"`+c.what+`","reason":"户口簿核对"`)
		if n := audits(k, "person."+c.what); n != 1 {
			t.Errorf("%d corrections of %s in the audit log, want 1", n, c.what)
		}
	}
	k.Post(staff, "/v1/people/search", body{"phone": "13900000007"}).Expect(200).Has("李小梅")
	k.Post(staff, "/v1/people/search", body{"phone": "13900000001"}).Expect(200).Has(`"items":[]`)
	k.Post(staff, "/v1/people/search", body{"id_number": numberOf1988}).Expect(200).Has("李小梅")
	if got := notices(k, p); len(got) != 4 || strings.Contains(strings.Join(got, ""), "139") {
		t.Errorf("notices %v, want one of each and nothing that is held", got)
	}
	// Who holds the number may ask for the account: that is news about it, and goes out through WeChat.
	k.Get(token, "/v1/notices").Expect(200).Has(`"kind":"binding","title":"您登记的手机号有变更"`, `"kind":"record","title":"您登记的姓名有变更"`)
	for _, what := range []string{"phone", "id_number", "address"} {
		k.Post(staff, url+"/correct", correction(what, "")).Expect(200)
	}
	k.Get(staff, url).Expect(200).Has("李小梅", `"birth_date":"1988-03-05"`).HasNot("139", "3408", "安庆市")
	k.Post(staff, url+"/correct", correction("birth_date", "1988年3月6日")).Expect(200)
	k.Get(staff, url).Expect(200).Has(`"birth_date":"1988-03-06"`)
}

func TestCorrect_refusesWhatCannotBe(t *testing.T) {
	k := edge.New(t)
	o := k.Org()
	p := k.Person(o.Unit, "李小梅", whole)
	_, staff := k.Officer(model.CommunityStaff, o.Community, "赵社工")
	for _, c := range []struct{ what, value, refusal string }{
		{"name", " ", "text.empty"},
		{"phone", "1390000000", "phone.form"},
		{"id_number", "340899198803050023", "id_number.check"},
		{"birth_date", "", "birth_date.form"},
		{"address", "某路\x00", "text.forbidden_characters"},
		{"membership", "member", "http.invalid"},
	} {
		k.Post(staff, path("/v1/people/%d/correct", p.ID), correction(c.what, c.value)).Refused(422, c.refusal)
	}
	// Nobody becomes a child, or grows up, by a date that their number contradicts.
	k.Post(staff, path("/v1/people/%d/correct", p.ID), correction("birth_date", "2016-05-01")).Refused(409, "person.birth_in_number")
	k.Post(staff, path("/v1/people/%d/correct", p.ID), correction("id_number", numberOf2016)).Expect(200)
	k.Get(staff, path("/v1/people/%d", p.ID)).Expect(200).Has(`"birth_date":"2016-05-01"`)
}

func TestCorrect_anIDNumberIsOnePersonsAndWhomItFindsIsOnRecord(t *testing.T) {
	k := edge.New(t)
	o := k.Org()
	p := k.Person(o.Unit, "李小梅")
	has := func(n string) testkit.With { return func(keys *model.Keys, p *model.Person) { p.SetIDNumber(keys, n) } }
	far := k.Person(o.ForeignUnit, "外人", has(numberOf1950))
	_, staff := k.Officer(model.CommunityStaff, o.Community, "赵社工")
	k.Post(staff, path("/v1/people/%d/correct", p.ID), correction("id_number", numberOf1950)).Refused(409, "person.id_number_taken").HasNot("外人", numberOf1950)
	var found []int64
	k.Tx(func(tx *gorm.DB) error {
		return tx.Model(&model.Audit{}).Where("action = ?", "person.search").Pluck("subject_id", &found).Error
	})
	if len(found) != 1 || found[0] != far.ID {
		t.Errorf("the audit log names %v, want %d, whom the number has found", found, far.ID)
	}
	k.Post(staff, path("/v1/people/%d/correct", p.ID), correction("id_number", numberOf1988)).Expect(200)
}

func TestCorrect_twoPeopleAtOnceDoNotGetOneNumber(t *testing.T) {
	k := edge.New(t)
	o := k.Org()
	_, staff := k.Officer(model.CommunityStaff, o.Community, "赵社工")
	people := []model.Person{k.Person(o.Unit, "李小梅"), k.Person(o.NextDoor, "王海"), k.Person(o.FarUnit, "钱多多")}
	answers := make([]edge.Answer, len(people))
	k.Race(len(people), func(i int) {
		answers[i] = k.Do(k.API, staff, "POST", path("/v1/people/%d/correct", people[i].ID), correction("id_number", numberOf1988))
	})
	won := 0
	for _, a := range answers {
		if a.Status == 200 {
			won++
		} else {
			a.Refused(409, "person.id_number_taken")
		}
	}
	if won != 1 {
		t.Errorf("%d people have got one number", won)
	}
}

func TestCorrect_whoSignsInAsAnOfficerIsForWhoAppointsThem(t *testing.T) {
	k := edge.New(t)
	o := k.Org()
	secretary, _ := k.Officer(model.CommunitySecretary, o.Community, "吴书记")
	chief, _ := k.Officer(model.UnitChief, o.Unit, "王建国")
	self, staff := k.Officer(model.CommunityStaff, o.Community, "赵社工")
	for _, c := range [][2]string{{"phone", "13900000007"}, {"id_number", numberOf1988}} {
		k.Post(staff, path("/v1/people/%d/correct", secretary.ID), correction(c[0], c[1])).Refused(403, "binding.officers_account")
		k.Post(staff, path("/v1/people/%d/correct", chief.ID), correction(c[0], c[1])).Expect(200)
	}
	k.Post(staff, path("/v1/people/%d/correct", secretary.ID), correction("address", "安庆市某路1号")).Expect(200)
	k.Post(staff, path("/v1/people/%d/correct", self.ID), correction("address", "安庆市某路1号")).Refused(409, "person.own_record")
}

func TestCorrect_anOfficersNewNameIsOnEveryPageThatShowsThem(t *testing.T) {
	k := edge.New(t)
	o := k.Org()
	code := k.Code(o.Unit)
	secretary, token := k.Officer(model.BranchSecretary, o.Grid, "王小明") // lives elsewhere
	home := k.Person(o.ForeignUnit, "随便")
	k.Tx(func(tx *gorm.DB) error {
		return tx.Model(&secretary).Updates(map[string]any{"node_id": o.ForeignUnit.ID, "household_id": home.HouseholdID}).Error
	})
	_, staff := k.Officer(model.CommunityStaff, o.OtherCommunity, "赵社工")
	k.Get(token, "/v1/units/"+code).Expect(200).Has("王小明")
	k.Post(staff, path("/v1/people/%d/correct", secretary.ID), correction("name", "王晓明")).Expect(200)
	k.Get(token, "/v1/units/"+code).Expect(200).Has("王晓明").HasNot("王小明")
}

func TestCorrect_nobodyShutsOutAnOfficerByMakingThemAChild(t *testing.T) {
	k := edge.New(t)
	o := k.Org()
	secretary, token := k.Officer(model.CommunitySecretary, o.Community, "吴书记")
	_, staff := k.Officer(model.CommunityStaff, o.Community, "赵社工")
	url := path("/v1/people/%d", secretary.ID)
	k.Post(staff, url+"/correct", correction("birth_date", "2016-05-01")).Refused(403, "binding.officers_account")
	k.Get(token, path("/v1/nodes/%d/people", o.Community.ID)).Expect(200)
	k.Post(staff, url+"/correct", correction("birth_date", "1976-05-01")).Expect(200)
}

func TestCorrect_aNameIsWrittenAsTheRosterWritesIt(t *testing.T) {
	k := edge.New(t)
	o := k.Org()
	p := k.Person(o.Unit, "李梅")
	_, staff := k.Officer(model.CommunityStaff, o.Community, "赵社工")
	url := path("/v1/people/%d", p.ID)
	k.Post(staff, url+"/correct", correction("name", "李\u3000敏")).Expect(200)
	k.Get(staff, url).Expect(200).Has(`"name":"李敏"`)
	k.Post(staff, url+"/correct", correction("name", "Anna Maria")).Expect(200)
	k.Get(staff, url).Expect(200).Has(`"name":"Anna Maria"`)
}

func TestCorrect_whatAGuardianHasHadDeletedStaysDeletedUntilOneAgrees(t *testing.T) {
	k := edge.New(t)
	o := k.Org()
	mother := k.Person(o.Unit, "李小梅")
	child := k.Person(o.Unit, "王小童", testkit.Born("2016-05-01"), testkit.AtHome(mother), testkit.Phone("13900000008"))
	_, staff := k.Officer(model.CommunityStaff, o.Community, "赵社工")
	url := path("/v1/people/%d/correct", child.ID)
	for _, c := range [][2]string{{"phone", "13900000007"}, {"id_number", numberOf2016}, {"address", "安庆市某路1号"}} {
		k.Post(staff, url, correction(c[0], c[1])).Refused(409, "guardian.child_without_consent")
	}
	for _, c := range [][2]string{{"phone", ""}, {"name", "王小桐"}, {"birth_date", "2016-05-02"}, {"birth_date", "2016-05-01"}} {
		k.Post(staff, url, correction(c[0], c[1])).Expect(200)
	}
	k.Guard(mother, child)
	k.Post(staff, url, correction("phone", "13900000007")).Expect(200)
	mistaken := k.Person(o.Unit, "钱多多", testkit.Born("2016-05-01"))
	k.Post(staff, path("/v1/people/%d/correct", mistaken.ID), correction("id_number", numberOf1988)).Expect(200)
}

// Nobody but who appoints them keeps the records of officers above the communities.
func TestCorrectOfficer_whoAppointsThemPutsRightWhatIsHeld(t *testing.T) {
	k := edge.New(t)
	o := k.Org()
	street, token := k.Officer(model.StreetStaff, o.Street, "孙莉")
	secretary, _ := k.Officer(model.CommunitySecretary, o.Community, "吴书记")
	_, admin := k.Officer(model.DistrictAdmin, o.District, "周主任")
	for _, p := range []model.Person{street, secretary} {
		url := path("/v1/officers/%d/correct", p.ID)
		k.Post(admin, url, correction("phone", "13900000007")).Expect(200)
		k.Post(admin, url, correction("phone", "")).Expect(200)
	}
	url := path("/v1/officers/%d/correct", street.ID)
	for _, c := range [][3]string{{"name", "孙丽", `"name":"孙丽"`}, {"phone", "13900000007", `"phone":"13900000007"`}, {"id_number", numberOf1988, `"id_number":"` + numberOf1988}} {
		k.Post(admin, url, correction(c[0], c[1])).Expect(200).HasNot("139", "3408", "孙")
		k.Post(admin, url, correction(c[0], c[1])).Refused(409, "person.same_particular")
		k.Get(token, "/v1/me/data").Expect(200).Has(c[2], `"what":"`+c[0]+`","reason":"户口簿核对"`)
	}
	k.Post(admin, url, correction("address", "安庆市某路1号")).Refused(422, "http.invalid")
	if got := notices(k, street); len(got) != 5 {
		t.Errorf("notices %v, want one of each correction", got)
	}
}

func TestCorrectOfficer_isForWhoAppointsEveryOfficeOfTheirs(t *testing.T) {
	k := edge.New(t)
	o := k.Org()
	street, streetToken := k.Officer(model.StreetStaff, o.Street, "孙丽")
	resident := k.Person(o.Unit, "李小梅")
	admin, token := k.Officer(model.DistrictAdmin, o.District, "周主任")
	_, staff := k.Officer(model.CommunityStaff, o.Community, "赵社工")
	elsewhere := k.Node(nil, model.District, "宜秀区")
	_, foreign := k.Officer(model.DistrictAdmin, elsewhere, "外区管理员")
	of := func(p model.Person) string { return path("/v1/officers/%d/correct", p.ID) }
	for _, nobody := range []string{staff, streetToken} {
		k.Post(nobody, of(street), correction("phone", "13900000007")).Refused(403, "role.not_allowed")
	}
	k.Post(foreign, of(street), correction("phone", "13900000007")).Refused(404, "person.not_found")
	k.Post(token, of(resident), correction("phone", "13900000007")).Refused(404, "person.not_found") // holds no office
	k.Post(token, of(admin), correction("phone", "13900000007")).Refused(409, "person.own_record")
	k.Appoint(street, model.Auditor, elsewhere)
	k.Post(token, of(street), correction("phone", "13900000007")).Refused(403, "binding.officers_account")
}
