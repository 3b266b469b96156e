package service_test

import (
	"strings"
	"testing"

	"gorm.io/gorm"

	"danyuan/model"
	"danyuan/service"
	"danyuan/testkit"
)

func TestImport_peopleOfOtherPlacesAreNotTaken(t *testing.T) {
	h := newHouse(t)
	withNumber := func(n string) testkit.With { return func(k *model.Keys, p *model.Person) { p.SetIDNumber(k, n) } }
	left := func(_ *model.Keys, p *model.Person) { p.State = model.PersonLeft }
	h.Person(h.ForeignUnit, "李梅", withNumber(number1))
	gone := h.Person(h.ForeignUnit, "王海", withNumber(number2), left)
	got := h.roster(at("1单元", "701", "李梅", "", number1), at("1单元", "702", "王海", "", number2))
	if got.State != "refused" || got.Faults != 1 || strings.Contains(h.faults(got), "东正") {
		t.Fatalf("%+v: %s", got, h.faults(got))
	}
	got = h.roster(at("1单元", "702", "王海", "", number2))
	if p := h.named("王海"); got.Moved != 1 || p.ID != gone.ID || p.NodeID != h.Unit.ID || p.State != model.PersonHere {
		t.Fatalf("%+v: %+v", got, p)
	}
}

func TestImport_cannotTakeOverAnOfficerOfAHigherPlace(t *testing.T) {
	h := newHouse(t)
	admin := h.Person(h.Unit, "区领导", func(k *model.Keys, p *model.Person) { p.SetIDNumber(k, number1); p.SetPhone(k, "15400000001") })
	h.Appoint(admin, model.DistrictAdmin, h.District)
	const refusal = "手机号 这个人担任的职务不归您任命，名册不能改动他的手机号和身份证号，也不能把他从别处迁入。请由上级办理；只改其他内容时，请把手机号留空。"
	got := h.roster(at("1单元", "101", "区领导", "15400000666", number1))
	if got.State != "refused" || h.faults(got) != "2 "+refusal {
		t.Fatalf("%+v: %s", got, h.faults(got))
	}
	if got := h.roster(at("1单元", "101", "区领导", "15400000001", number1, "", "党员")); got.State != "done" || got.Changed != 1 {
		t.Fatalf("%+v", got)
	}
	gone := h.Person(h.ForeignUnit, "街道干部", func(k *model.Keys, p *model.Person) { p.SetIDNumber(k, number2); p.State = model.PersonLeft })
	h.Appoint(gone, model.StreetStaff, h.Street)
	if got := h.roster(at("1单元", "702", "街道干部", "", number2)); h.faults(got) != "2 "+refusal {
		t.Fatalf("%+v: %s", got, h.faults(got))
	}
}

func TestImport_clerkCannotTakeOverTheirSecretary(t *testing.T) {
	h := newHouse(t)
	secretary := h.Person(h.Unit, "社区书记", func(k *model.Keys, p *model.Person) { p.SetIDNumber(k, number1); p.SetPhone(k, "15400000001") })
	h.Appoint(secretary, model.CommunitySecretary, h.Community)
	chief := h.Person(h.Unit, "单元长", func(k *model.Keys, p *model.Person) { p.SetIDNumber(k, number2) })
	h.Appoint(chief, model.UnitChief, h.Unit)
	got := h.roster(at("1单元", "101", "社区书记", "15400000666", number1))
	if got.State != "refused" || !strings.HasPrefix(h.faults(got), "2 手机号 ") {
		t.Fatalf("%+v: %s", got, h.faults(got))
	}
	if got := h.roster(at("1单元", "102", "单元长", "15400000777", number2)); got.State != "done" || got.Changed != 1 {
		t.Fatalf("an officer whom the clerk appoints: %+v: %s", got, h.faults(got))
	}
}

func TestImport_oneRegisteredPersonInTwoRowsIsNamed(t *testing.T) {
	h := newHouse(t)
	h.roster(at("1单元", "701", "李梅", "", number1))
	got := h.roster(at("2单元", "801", "李梅", "", number1), at("1单元", "701", "李梅"))
	if got.State != "refused" || h.faults(got) != "3 姓名 第2行和第3行说的是已登记的同一个人，请只留一行。" {
		t.Fatalf("%+v: %s", got, h.faults(got))
	}
}

func TestImport_nobodyChangesTheirOwnRecord(t *testing.T) {
	h := newHouse(t)
	_, h.staff = h.Officer(model.CommunityStaff, h.Unit, "住在这里的社工")
	h.Tx(func(tx *gorm.DB) error {
		return tx.Model(&model.Appointment{}).Where("role = ? AND node_id = ?", model.CommunityStaff, h.Unit.ID).Update("node_id", h.Community.ID).Error
	})
	same := at("1单元", "101", "住在这里的社工")
	if got := h.roster(same); got.Unchanged != 1 {
		t.Fatalf("%+v: %s", got, h.faults(got))
	}
	same[8] = "党员"
	if got := h.roster(same); h.faults(got) != "2 姓名 这是您自己的登记信息，不能由自己改动。请把这一行删去，由同事办理。" {
		t.Fatalf("%+v: %s", got, h.faults(got))
	}
}

func TestImport_oneRoomIsOneHouseholdHoweverItIsWritten(t *testing.T) {
	h := newHouse(t)
	h.roster(at("1单元", "701室", "李梅"), at("1单元", "７０１", "李海"))
	got := h.roster(at("1单元", "701", "李梅"), at("1单元", "701号", "李山"))
	if got.Unchanged != 1 || got.Added != 1 || h.countHomes() != 1 {
		t.Fatalf("%+v, %d homes", got, h.countHomes())
	}
	if got := h.roster(at("1单元", "室", "李梅")); h.faults(got) != "2 房号 房号里没有号码，请填写，例如101。" {
		t.Fatal(h.faults(got))
	}
}

func TestImport_namesakesInOneHouseholdNeedTheirNumbers(t *testing.T) {
	h := newHouse(t)
	h.roster(at("1单元", "701", "李梅", "", number1))
	p := h.named("李梅")
	twin := model.Person{NodeID: p.NodeID, HouseholdID: p.HouseholdID, Name: "李梅", Membership: model.NoMember, State: model.PersonHere}
	h.Tx(func(tx *gorm.DB) error { return tx.Create(&twin).Error })
	got := h.roster(at("1单元", "701", "李梅", "15400000001"))
	if h.faults(got) != "2 姓名 这一户登记了几位同名的人，请填写身份证号再导入。" {
		t.Fatal(h.faults(got))
	}
	h.Tx(func(tx *gorm.DB) error { return tx.Model(&twin).Update("state", model.PersonLeft).Error })
	got = h.roster(at("1单元", "701", "李梅", "15400000001"))
	if now := h.named("李梅"); got.Changed != 1 || now.ID != p.ID || now.Phone != "15400000001" {
		t.Fatalf("%+v: whoever lives there comes before whoever has left", got)
	}
}

func TestImport_templateComesWithValidExamples(t *testing.T) {
	examples := service.ValidRows()
	if _, faults := service.CheckRow(examples["roster"], testkit.Start); len(faults) > 0 {
		t.Fatal(faults)
	}
}

func TestImport_numbersThatExcelHasMadeDatesAreRefused(t *testing.T) {
	h := newHouse(t)
	for _, room := range []string{"2026-03-01", "3月1日", "2026/3/1"} {
		got := h.roster(at("1单元", room, "李梅"))
		if got.State != "refused" || !strings.HasPrefix(h.faults(got), "2 房号 这一格被表格软件改成了日期") {
			t.Fatalf("%s: %+v: %s", room, got, h.faults(got))
		}
	}
	if got := h.roster(at("1单元", "3-101", "李梅")); got.Added != 1 {
		t.Fatalf("%+v: %s", got, h.faults(got))
	}
}

func TestImport_doesNotUndoWhatACheckInHasGiven(t *testing.T) {
	h := newHouse(t)
	h.roster(at("1单元", "701", "李梅", "", number1))
	p := h.named("李梅")
	checkedIn(h, p, h.Community)
	for _, word := range []string{"群众", "党员"} {
		got := h.roster(at("1单元", "701", "李梅", "", number1, "", word))
		if got.State != "refused" || !strings.HasPrefix(h.faults(got), "2 政治面貌 这一格和社区已经接收的报到对不上") {
			t.Fatalf("%s: %+v: %s", word, got, h.faults(got))
		}
	}
	for _, word := range []string{"", "在职党员"} {
		if got := h.roster(at("1单元", "701", "李梅", "", number1, "", word)); got.Unchanged != 1 {
			t.Fatalf("%s: %+v: %s", word, got, h.faults(got))
		}
	}
	if got := h.named("李梅"); got.Membership != model.InServiceMember {
		t.Fatalf("%+v", got)
	}
}

func TestImport_aBirthDateThatTheRegisteredNumberContradictsIsRefused(t *testing.T) {
	h := newHouse(t)
	h.roster(at("1单元", "701", "李梅", "", number1))
	got := h.roster(at("1单元", "701", "李梅", "", "", "2016-05-01"))
	if got.State != "refused" || !strings.HasPrefix(h.faults(got), "2 出生日期 和登记的身份证号里的出生日期不一样。") {
		t.Fatalf("%+v: %s", got, h.faults(got))
	}
	if got := h.roster(at("1单元", "701", "李梅", "", "", "1950-01-31")); got.Unchanged != 1 {
		t.Fatalf("%+v: %s", got, h.faults(got))
	}
}

// Nobody is shut out of their office by a row that makes them a child.
func TestImport_noOfficerOfAHigherPlaceBecomesAChild(t *testing.T) {
	h := newHouse(t)
	secretary := h.Person(h.Unit, "社区书记")
	h.Person(h.Unit, "李小梅", testkit.AtHome(secretary))
	h.Appoint(secretary, model.CommunitySecretary, h.Community)
	row := func(born string) []string {
		return append(at("1单元", "101", "社区书记", "", "", born), "李小梅")
	}
	if got := h.roster(row("2018-01-01")); got.State != "refused" || !strings.HasPrefix(h.faults(got), "2 出生日期 这个人担任的职务不归您任命") {
		t.Fatalf("%+v: %s", got, h.faults(got))
	}
	if got := h.roster(row("1968-01-01")); got.State != "done" || got.Changed != 1 {
		t.Fatalf("%+v: %s", got, h.faults(got))
	}
}

// An officer of another community bears their new name on its pages, too.
func TestImport_anOfficersNewNameIsOnEveryPageThatShowsThem(t *testing.T) {
	h := newHouse(t)
	secretary := h.Person(h.Unit, "王小明", func(k *model.Keys, p *model.Person) { p.SetIDNumber(k, number1) })
	h.Appoint(secretary, model.BranchSecretary, h.ForeignGrid)
	code, by := h.Code(h.ForeignUnit), as(h.Kit, h.SignIn(secretary)).By
	shown := func() (name string) {
		page := func(p service.Page) (service.Rendered, error) {
			return service.Rendered{Bytes: []byte(p.Secretary.Name)}, nil
		}
		got, err := h.S.UnitPage(t.Context(), by, code, page)
		if err != nil {
			t.Fatal(err)
		}
		return string(got.Bytes)
	}
	before := shown()
	h.roster(at("1单元", "101", "王晓明", "", number1))
	if after := shown(); before != "王小明" || after != "王晓明" {
		t.Fatalf("the page shows %q, then %q", before, after)
	}
}

// Who moves in from where they served, and had checked in there, may check in here.
func TestImport_whoMovesInHasCheckedInElsewhereNoMore(t *testing.T) {
	h := newHouse(t)
	p := h.Person(h.OtherCommunity, "吴敏", testkit.Phone("15400000001"))
	checkedIn(h, p, h.OtherCommunity)
	if imp := h.roster(at("1单元", "701", "吴敏", "15400000001")); imp.State != "done" || imp.Moved != 1 {
		t.Fatalf("%+v: %s", imp, h.faults(imp))
	}
	var c model.CheckIn
	if err := h.DB.Read(t.Context()).Where("person_id = ?", p.ID).Take(&c).Error; err != nil || c.State != model.CheckInEnded || c.Reason != "已迁往别的社区" {
		t.Fatalf("%+v %v", c, err)
	}
	if got := h.named("吴敏"); got.Membership != model.NoMember {
		t.Fatalf("%+v", got)
	}
}

// checkedIn has a community accept somebody's check-in who was registered as no member before.
func checkedIn(h *house, p model.Person, community model.Node) {
	h.Helper()
	h.Tx(func(tx *gorm.DB) error {
		unit, err := model.WorkUnitNamed(tx, "市自来水公司", testkit.Start)
		if err != nil {
			return err
		}
		c := model.CheckIn{PersonID: p.ID, CommunityID: community.ID, WorkUnitID: unit.ID, AppliedAt: testkit.Start}
		if err := model.ApplyCheckIn(tx, &c); err != nil {
			return err
		}
		if err := model.MoveCheckIn(tx, &c, model.CheckInAccepted, h.clerk.ID, "", testkit.Start); err != nil {
			return err
		}
		if err := model.GiveReceipt(tx, c.ID, community, model.NoMember, testkit.Start); err != nil {
			return err
		}
		return model.SetMembership(tx, p.ID, model.InServiceMember, testkit.Start)
	})
}

// TestImport_whoHasAnAccountIsToldWhatOfTheirsHasChanged: a phone number that is another's lets them ask for the account.
func TestImport_whoHasAnAccountIsToldWhatOfTheirsHasChanged(t *testing.T) {
	h := newHouse(t)
	h.roster(at("1单元", "701", "李梅", "15400000001", number1), at("1单元", "702", "王海", "", number2))
	mei, hai := h.named("李梅"), h.named("王海")
	token := h.SignIn(mei)
	row := at("1单元", "701", "李小梅", "15400000666", number1)
	if got := h.roster(row, at("1单元", "702", "王小海", "15400000777", number2)); got.Changed != 2 {
		t.Fatalf("%+v: %s", got, h.faults(got))
	}
	told := inbox(h.Kit, token)
	if !strings.Contains(told, "您登记的姓名、手机号有变更") || !strings.Contains(told, "立即联系社区") || strings.Contains(told, "154") {
		t.Fatalf("told %q", told)
	}
	h.roster(row) // the same once more changes nothing
	if again := inbox(h.Kit, token); again != told {
		t.Fatalf("told again: %q", again)
	}
	changes, err := model.PersonChangesOf(h.DB.Read(t.Context()), mei.ID)
	if err != nil || len(changes) != 2 || changes[0].What != "phone" || changes[1].What != "name" || changes[0].Reason != "名册导入" {
		t.Fatalf("%+v, %v", changes, err)
	}
	var n int64
	h.Tx(func(tx *gorm.DB) error {
		return tx.Model(&model.Notice{}).Where("person_id = ?", hai.ID).Count(&n).Error
	})
	if n != 0 {
		t.Fatalf("%d notices in an inbox that nobody opens", n)
	}
}

func TestImport_aNewNumberRefusesWhoAskedWithTheOldOne(t *testing.T) {
	h := newHouse(t)
	h.roster(at("1单元", "701", "李梅", "15400000001", number1))
	p := h.named("李梅")
	h.SignIn(p)
	b := asking(h.Kit, h.Org, 0)
	h.Tx(func(tx *gorm.DB) error {
		if err := tx.Model(&b).Update("phone", "15400000001").Error; err != nil {
			return err
		}
		return b.Ask(tx, model.ByRebinding, &p.ID, h.Unit.ID, "", "", h.Clock.Now())
	})
	h.roster(at("1单元", "701", "李梅", "15400000666", number1))
	h.Tx(func(tx *gorm.DB) (err error) { b, err = model.BindingByID(tx, b.ID); return err })
	if b.State != model.BindingRefused || !strings.Contains(b.Reason, "手机号已经改了") {
		t.Fatalf("%+v", b)
	}
}
