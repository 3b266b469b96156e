package service_test

import (
	"errors"
	"fmt"
	"math"
	"testing"
	"time"

	"gorm.io/gorm"

	"danyuan/model"
	"danyuan/service"
	"danyuan/testkit"
)

// had makes something of a retention that had its use at a moment; of says where it lies.
type had struct {
	of   any
	make func(r *retaining, tx *gorm.DB, at time.Time) []any
}

// retaining is a house in which things grow old.
type retaining struct {
	*testkit.Kit
	unit model.Node
	made int
}

func (r *retaining) word() string { r.made++; return fmt.Sprintf("w%d", r.made) }

func (r *retaining) user(tx *gorm.DB) int64 {
	u := model.User{OpenID: r.word(), CreatedAt: testkit.Start, SignedInAt: testkit.Start}
	if err := tx.Create(&u).Error; err != nil {
		r.Fatal(err)
	}
	return u.ID
}

var old = map[string]had{
	"sessions": {&model.Session{}, func(r *retaining, tx *gorm.DB, at time.Time) []any {
		return []any{&model.Session{TokenHash: r.word(), UserID: r.user(tx), CreatedAt: at, ExpiresAt: at}}
	}},
	"console_logins": {&model.ConsoleLogin{}, func(r *retaining, _ *gorm.DB, at time.Time) []any {
		return []any{&model.ConsoleLogin{SceneHash: r.word(), BrowserHash: r.word(), State: model.ConsoleLoginWaits, OpenedAt: at, ExpiresAt: at}}
	}},
	"commands": {&model.Command{}, func(r *retaining, _ *gorm.DB, at time.Time) []any {
		return []any{&model.Command{Owner: "user:1", CommandKey: r.word(), Print: "p", Answer: []byte("a"), At: at}}
	}},
	"callbacks": {&model.Callback{}, func(r *retaining, _ *gorm.DB, at time.Time) []any {
		return []any{&model.Callback{EventID: r.word(), Kind: "k", ReceivedAt: at}}
	}},
	"file_checks": {&model.FileCheck{}, func(r *retaining, _ *gorm.DB, at time.Time) []any {
		return []any{&model.FileCheck{TraceID: r.word(), At: at}}
	}},
	"unmatched": {&model.Binding{}, func(r *retaining, tx *gorm.DB, at time.Time) []any {
		user := r.user(tx)
		return []any{&model.Binding{UserID: user, State: model.BindingUnmatched, Way: model.ByPhone, Phone: "13900000009", AskedAt: at, PendingUserID: &user}}
	}},
	"jobs": {&model.Job{}, func(_ *retaining, _ *gorm.DB, at time.Time) []any {
		return []any{&model.Job{Kind: "letter", State: model.JobDone, DueAt: at, OwedAt: at, DoneAt: &at}}
	}},
	"import_faults": {&model.ImportFault{}, func(r *retaining, tx *gorm.DB, at time.Time) []any {
		i := model.Import{Kind: "roster", NodeID: r.unit.ID, State: "failed", CreatedAt: at, FinishedAt: &at}
		if err := tx.Create(&i).Error; err != nil {
			r.Fatal(err)
		}
		return []any{&model.ImportFault{ImportID: i.ID, Line: 2, Text: "请填写姓名"}}
	}},
	"group_entries": {&model.GroupEntry{}, func(r *retaining, tx *gorm.DB, at time.Time) []any {
		g := model.UnitGroup{UnitID: r.unit.ID, GID: "g", GIDIndex: r.word(), BoundAt: at}
		if err := tx.Create(&g).Error; err != nil {
			r.Fatal(err)
		}
		return []any{&model.GroupEntry{UnitGroupID: g.ID, UserID: r.user(tx), EnteredAt: at}}
	}},
	"spent_accepts": {&model.Accept{}, func(r *retaining, tx *gorm.DB, at time.Time) []any {
		return []any{&model.Accept{UserID: r.user(tx), Template: "t", GivenAt: at, SpentAt: &at}}
	}},
	"notices": {&model.Notice{}, func(r *retaining, tx *gorm.DB, at time.Time) []any {
		p := model.Person{NodeID: r.unit.ID, Name: "王小明", Membership: model.NoMember, State: model.PersonHere, CreatedAt: at, UpdatedAt: at}
		if err := tx.Create(&p).Error; err != nil {
			r.Fatal(err)
		}
		return []any{&model.Notice{PersonID: p.ID, Kind: "k", Title: "t", Body: "b", CreatedAt: at}}
	}},
	"ended_bindings": {&model.Binding{}, func(r *retaining, tx *gorm.DB, at time.Time) []any {
		return []any{&model.Binding{UserID: r.user(tx), State: model.BindingEnded, Way: model.ByPhone, AskedAt: at, EndedAt: &at}}
	}},
	"ended_guardians": {&model.Guardianship{}, func(r *retaining, tx *gorm.DB, at time.Time) []any {
		them := []model.Person{whoLeft(r.unit, testkit.Start), whoLeft(r.unit, testkit.Start)}
		if err := tx.Create(&them).Error; err != nil {
			r.Fatal(err)
		}
		return []any{&model.Guardianship{ChildID: them[0].ID, GuardianID: them[1].ID, Relation: model.Parent, State: model.GuardianEnded, MadeAt: at, EndedAt: &at}}
	}},
	"left_people": {nil, func(r *retaining, tx *gorm.DB, at time.Time) []any {
		p := whoLeft(r.unit, at)
		p.SetPhone(model.KeysOf(tx), "13900000001")
		p.SetIDNumber(model.KeysOf(tx), "3408021950010"+r.word())
		return []any{&p}
	}},
}

func whoLeft(unit model.Node, at time.Time) model.Person {
	return model.Person{
		NodeID: unit.ID, Name: "王建国", BirthDate: "1950-01-01", Address: "安庆市", Membership: model.NoMember, State: model.PersonLeft, CreatedAt: at, UpdatedAt: at,
	}
}

// rows gives how many there are; of left people how many have something that they should not keep.
func (r *retaining) rows(of any) (n int64) {
	r.Helper()
	q := r.DB.Read(r.Context())
	if of == nil {
		q, of = q.Where("phone IS NOT NULL AND phone_index IS NOT NULL AND id_number IS NOT NULL AND id_number_index IS NOT NULL AND birth_date IS NOT NULL AND address IS NOT NULL"), &model.Person{}
	}
	if err := q.Model(of).Count(&n).Error; err != nil {
		r.Fatal(err)
	}
	return n
}

// retain carries the retentions out and gives what came of one.
func (r *retaining) retain(name string, dryRun bool) int {
	r.Helper()
	done, err := r.S.Retain(r.Context(), dryRun)
	if err != nil {
		r.Fatal(err)
	}
	for _, d := range done {
		if d.Name == name {
			return d.Rows
		}
	}
	r.Fatalf("%s was not carried out", name)
	return 0
}

// TestRetain_eachRuleTakesWhatIsOldAndNothingElse: a dry run counts it and leaves it.
func TestRetain_eachRuleTakesWhatIsOldAndNothingElse(t *testing.T) {
	for _, rule := range model.Retentions {
		t.Run(rule.Name, func(t *testing.T) {
			h, known := old[rule.Name]
			if !known {
				t.Fatal("nothing is known that it takes: add it to old")
			}
			k := testkit.New(t)
			r := &retaining{Kit: k, unit: k.Org().Unit}
			was := r.rows(h.of)
			cut := testkit.Start.AddDate(0, 0, -int(rule.Days))
			for _, at := range []time.Time{cut.Add(-time.Hour), cut.Add(time.Hour)} {
				k.Tx(func(tx *gorm.DB) error {
					for _, row := range h.make(r, tx, at) {
						if err := tx.Create(row).Error; err != nil {
							return err
						}
					}
					return nil
				})
			}
			if n := r.retain(rule.Name, true); n != 1 || r.rows(h.of) != was+2 {
				t.Fatalf("the dry run found %d, and left %d of %d", n, r.rows(h.of)-was, 2)
			}
			if n := r.retain(rule.Name, false); n != 1 || r.rows(h.of) != was+1 {
				t.Fatalf("it took %d, and left %d of %d", n, r.rows(h.of)-was, 2)
			}
			if n := r.retain(rule.Name, false); n != 0 {
				t.Fatalf("it took %d a second time", n)
			}
		})
	}
}

// TestRetain_dutiesCarryEveryRuleOut: no rule stands in the table alone.
func TestRetain_dutiesCarryEveryRuleOut(t *testing.T) {
	k := testkit.New(t)
	r := &retaining{Kit: k, unit: k.Org().Unit}
	counts := map[string]int64{}
	for name, h := range old {
		k.Tx(func(tx *gorm.DB) error {
			for _, row := range h.make(r, tx, testkit.Start.AddDate(-9, 0, 0)) {
				if err := tx.Create(row).Error; err != nil {
					return err
				}
			}
			return nil
		})
		counts[name] = 0
	}
	for _, kind := range service.RetainingDuties {
		if err := k.S.DoJob(k.Context(), kind); err != nil {
			t.Fatal(err)
		}
	}
	for name := range counts {
		if n := r.retain(name, true); n != 0 {
			t.Errorf("%s: the duties have left %d", name, n)
		}
	}
}

// TestRetain_clearsOnlyWhoLeftAndHasNoAccount, keeps the name, and enters it in the audit log.
func TestRetain_clearsOnlyWhoLeftAndHasNoAccount(t *testing.T) {
	k := testkit.New(t)
	unit := k.Org().Unit
	long := testkit.Start.AddDate(-9, 0, 0)
	gone, bound, bare := whoLeft(unit, long), whoLeft(unit, long), whoLeft(unit, long)
	gone.Membership, bare.Membership, bare.BirthDate, bare.Address = model.Member, model.Member, "", ""
	k.Tx(func(tx *gorm.DB) error {
		return errors.Join(tx.Create(&gone).Error, tx.Create(&bound).Error, tx.Create(&bare).Error)
	})
	k.SignIn(bound)
	if _, err := k.S.Retain(k.Context(), false); err != nil {
		t.Fatal(err)
	}
	h := k.DB.Read(k.Context())
	g, err := model.PersonByID(h, gone.ID)
	if err != nil || g.BirthDate != "" || g.Address != "" || g.Name != "王建国" || !g.UpdatedAt.Equal(long) {
		t.Errorf("%+v %v", g, err)
	}
	of, err := model.MembershipsOf(h, []int64{gone.ID, bare.ID, bound.ID})
	if err != nil || of[gone.ID].IsMember() || of[bare.ID].IsMember() || of[bound.ID] != model.NoMember {
		t.Errorf("of whom nothing but name and services stays, it stays who was a member: %v %v", of, err)
	}
	if b, err := model.PersonByID(h, bound.ID); err != nil || b.BirthDate == "" {
		t.Errorf("who still has an account was cleared: %+v %v", b, err)
	}
	var entered []int64
	if err := h.Model(&model.Audit{}).Where("action = ?", "person.forget").Order("subject_id").Pluck("subject_id", &entered).Error; err != nil || len(entered) != 2 || entered[0] != gone.ID || entered[1] != bare.ID {
		t.Errorf("%v %v", entered, err)
	}
}

// TestRetain_clearsWhatWhoLeftHadAskedToHavePutRight: it says the numbers and addresses that are cleared otherwise.
func TestRetain_clearsWhatWhoLeftHadAskedToHavePutRight(t *testing.T) {
	r := &retaining{Kit: testkit.New(t)}
	r.unit = r.Org().Unit
	asked, cleared := whoLeft(r.unit, testkit.Start.AddDate(-9, 0, 0)), whoLeft(r.unit, testkit.Start.AddDate(-9, 0, 0))
	cleared.BirthDate, cleared.Address, cleared.Membership = "", "", ""
	here := r.Person(r.unit, "李小梅")
	r.Tx(func(tx *gorm.DB) error {
		err := errors.Join(tx.Create(&asked).Error, tx.Create(&cleared).Error, tx.Model(&cleared).Updates(map[string]any{"membership": "", "updated_at": cleared.UpdatedAt}).Error)
		for _, p := range []model.Person{asked, cleared, here} {
			err = errors.Join(err, model.AskRectification(tx, &model.Rectification{PersonID: p.ID, What: "phone", Words: "应当是13900000001", AskedAt: testkit.Start}))
		}
		return err
	})
	for _, want := range []struct {
		dry  bool
		rows int
	}{{true, 2}, {false, 2}, {true, 0}, {false, 0}} {
		if n := r.retain("left_people", want.dry); n != want.rows {
			t.Fatalf("dry %v: %d, want %d", want.dry, n, want.rows)
		}
	}
	var all []model.Rectification
	if err := r.DB.Read(t.Context()).Order("id").Find(&all).Error; err != nil || len(all) != 3 || all[0].Words+all[1].Words != "" || all[2].Words == "" ||
		all[0].State != model.RectificationWithdrawn || all[0].OpenKey != nil || all[2].State != model.RectificationAsked {
		t.Fatalf("%+v %v", all, err)
	}
}

// TestRetain_goesOnWhereOneRuleCantBeCarriedOut: the others are no reason to keep what has had its time.
func TestRetain_goesOnWhereOneRuleCantBeCarriedOut(t *testing.T) {
	k := testkit.New(t)
	rename := func(from, to string) {
		k.Tx(func(tx *gorm.DB) error { return tx.Exec("ALTER TABLE " + from + " RENAME TO " + to).Error })
	}
	rename("file_checks", "file_checks_elsewhere")
	defer rename("file_checks_elsewhere", "file_checks") // the database is lent to other tests
	done, err := k.S.Retain(k.Context(), false)
	if err == nil || len(done) != len(model.Retentions)-1 {
		t.Errorf("%d of %d carried out, %v", len(done), len(model.Retentions), err)
	}
}

// TestRetain_keepsForAHundredYearsAtMost: what somebody wrote into the table before there was a most.
func TestRetain_keepsForAHundredYearsAtMost(t *testing.T) {
	k := testkit.New(t)
	r := &retaining{Kit: k, unit: k.Org().Unit}
	k.Tx(func(tx *gorm.DB) error {
		notice := old["notices"].make(r, tx, testkit.Start.AddDate(0, 0, -100))[0]
		return errors.Join(tx.Create(notice).Error, tx.Create(&model.RetentionDays{Name: "notices", Days: math.MaxInt64, SetAt: testkit.Start}).Error)
	})
	if n := r.retain("notices", false); n != 0 {
		t.Errorf("%d notices were dropped", n)
	}
}

func TestSetRetention_holdsFromThenOnAndNotTooFewNorTooMany(t *testing.T) {
	k := testkit.New(t)
	r := &retaining{Kit: k, unit: k.Org().Unit}
	k.Tx(func(tx *gorm.DB) error {
		return tx.Create(old["notices"].make(r, tx, testkit.Start.AddDate(0, 0, -100))[0]).Error
	})
	if n := r.retain("notices", true); n != 0 {
		t.Fatal(n)
	}
	for _, x := range []struct {
		name string
		days int64
		want error
	}{{"notices", 3, model.ErrRetentionShort}, {"notices", 36_501, model.ErrRetentionLong}, {"nothing", 3, model.ErrRetentionUnknown}} {
		if _, err := k.S.SetRetention(k.Context(), x.name, x.days, "试试"); !errors.Is(err, x.want) {
			t.Errorf("%s, %d: %v", x.name, x.days, err)
		}
	}
	for _, x := range []struct{ days, before int64 }{{90, 365}, {120, 90}, {90, 120}} {
		if before, err := k.S.SetRetention(k.Context(), "notices", x.days, "区里的规定"); err != nil || before != x.before {
			t.Fatal(before, err)
		}
	}
	if n := r.retain("notices", true); n != 1 {
		t.Fatal(n)
	}
}

// TestRetain_whoHasLeftIsForgottenInTimeWhateverIsPutRight: the time that data are kept for counts from when they left.
func TestRetain_whoHasLeftIsForgottenInTimeWhateverIsPutRight(t *testing.T) {
	r := &retaining{Kit: testkit.New(t)}
	o := r.Org()
	r.unit = o.Unit
	p := whoLeft(o.Unit, testkit.Start)
	r.Tx(func(tx *gorm.DB) error { return tx.Create(&p).Error })
	staff, _ := r.Officer(model.CommunityStaff, o.Community, "赵社工")
	r.Move(1090 * 24 * time.Hour)
	for what, value := range map[string]string{"name": "王建军", "phone": "13900000001", "birth_date": "1951-01-01"} {
		if _, err := r.S.CorrectPerson(t.Context(), as(r.Kit, r.SignIn(staff)), p.ID, what, value, "户口簿核对"); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := r.S.ChangeMembership(t.Context(), as(r.Kit, r.SignIn(staff)), p.ID, model.Member, "组织关系已转入"); err != nil {
		t.Fatal(err)
	}
	if _, err := r.S.CloseNode(t.Context(), as(r.Kit, r.SignIn(staff)), o.Unit.ID, "拆除"); err != nil {
		t.Fatal(err)
	}
	if n := r.retain("left_people", true); n != 0 {
		t.Fatalf("%d are forgotten too early", n)
	}
	r.Move(6 * 24 * time.Hour)
	if n := r.retain("left_people", false); n != 1 {
		t.Fatalf("%d are forgotten, want who left %d days ago", n, 1096)
	}
}
