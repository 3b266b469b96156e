package api_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"gorm.io/gorm"

	"danyuan/model"
	"danyuan/testkit"
	"danyuan/testkit/edge"
)

// leaving is what the organiser says of who forgot to check out.
func leaving(at time.Time, people ...model.Person) map[string]any {
	list := make([]map[string]any, len(people))
	for i, p := range people {
		list[i] = map[string]any{"person_id": digits(p.ID), "left_at": at, "reason": "散场时一起离开，忘了扫码"}
	}
	return map[string]any{"people": list}
}

// points gives what a person has.
func (s *square) points(token string) (n int64) {
	s.Helper()
	var v struct {
		Balance int64
	}
	s.Get(token, "/v1/me/points").Expect(200).Into(&v)
	return v.Balance
}

func TestConfirm_everybodyAtOnceOnceSettled(t *testing.T) {
	s := newSquare(t)
	people, tokens := s.neighbours(s.o.Unit, 3)
	a := s.soon(nil)
	start := testkit.Start.Add(time.Hour)
	s.Post(s.chief, a+"/confirm", map[string]string{}).Refused(409, "activity.not_over")
	s.Move(time.Hour)
	for _, token := range tokens {
		s.in(a, token)
	}
	s.Move(time.Hour)
	s.out(a, tokens[0])
	s.Post(s.chief, a+"/confirm", map[string]string{}).Refused(409, "activity.not_over")
	s.Move(time.Hour)
	s.Post(s.chief, a+"/confirm", map[string]string{}).Refused(409, "activity.unsettled").
		Has("李**还没有签退", digits(people[1].ID), digits(people[2].ID)).HasNot("李1妹", "people."+digits(people[0].ID)+`"`)
	s.Post(s.chief, a+"/settle", leaving(start.Add(90*time.Minute), people[1], people[2])).Expect(200).Has(`"minutes":90`, `"out_way":"organiser"`)
	s.told(people[1], "组织者补记您3月5日11:30离开，原因：散场时一起离开，忘了扫码", 1)
	s.Get(s.chief, a+"/sign-ups").Expect(200).Has("散场时一起离开")
	s.Post(s.chief, a+"/confirm", map[string]string{"evaluation": "认真负责"}).Expect(200).Has(`"people":3,"minutes":240,"own_left":false`, "已经全部确认")
	s.Post(s.chief, a+"/confirm", map[string]string{}).Refused(409, "activity.nothing_to_confirm")
	for _, h := range s.attendances(a) {
		if h.State != model.HoursConfirmed || h.Evaluation != "认真负责" || h.DecidedByID != s.chiefWho.ID {
			t.Errorf("%+v", h)
		}
	}
	if got := s.points(tokens[1]); got != 15 {
		t.Fatalf("%d points for 90 minutes, want 15", got)
	}
	s.Post(s.chief, byHand(a, people[0], "void-attendance"), because).Refused(409, "activity.confirmed")
}

func TestConfirm_onesOwnIsLeftForSomebodyElseWhoIsTold(t *testing.T) {
	s := newSquare(t)
	_, tokens := s.neighbours(s.o.Unit, 1)
	a := s.soon(nil)
	s.Move(time.Hour)
	s.in(a, tokens[0])
	s.in(a, s.chief)
	s.Move(time.Hour)
	s.out(a, tokens[0])
	s.Move(time.Hour)
	s.Post(s.chief, a+"/settle", leaving(s.Clock.Now(), s.chiefWho)).Refused(403, "activity.own_attendance")
	s.Post(s.secretary, a+"/settle", leaving(s.Clock.Now(), s.chiefWho)).Expect(200)
	s.Post(s.chief, a+"/confirm", map[string]string{}).Expect(200).Has(`"people":1,"minutes":60,"own_left":true`, "您自己的不能由您确认")
	s.told(s.branchHead, "组织者自己也参加了", 1)
	s.Post(s.chief, a+"/confirm", map[string]string{}).Refused(403, "hours.own").Has("不能由自己确认")
	s.Post(s.secretary, a+"/confirm", map[string]string{}).Expect(200).Has(`"people":1,"minutes":120,"own_left":false`)
	if got := s.points(s.chief); got != 20 {
		t.Fatalf("%d points", got)
	}
}

func TestConfirm_theLeadOfAnAssociationConfirmsItsActivitiesOnly(t *testing.T) {
	s := newSquare(t)
	_, staff := s.Officer(model.CommunityStaff, s.o.Community, "陈社工")
	lead := s.Person(s.o.NextDoor, "钱会长")
	leads := s.SignIn(lead)
	id := s.association(staff, s.o.Community, "合唱队", lead)
	begins := s.Clock.Now().Add(time.Hour)
	a := s.make(leads, s.o.Community, map[string]any{"association_id": id, "starts_at": begins, "ends_at": begins.Add(time.Hour)})
	other := s.soon(nil)
	_, tokens := s.neighbours(s.o.Unit, 1)
	s.Move(time.Hour)
	var c shown
	s.Get(leads, a+"/check-in-code?way=in").Expect(200).Into(&c)
	s.Post(tokens[0], a+"/check-in", scan(c.Code)).Expect(200)
	s.Move(time.Hour)
	s.Get(leads, a+"/check-in-code?way=out").Expect(200).Into(&c)
	s.Post(tokens[0], a+"/check-out", scan(c.Code)).Expect(200)
	s.Move(2 * time.Hour)
	s.Post(leads, other+"/confirm", map[string]string{}).Refused(404, "activity.not_found")
	s.Post(leads, other+"/settle", leaving(s.Clock.Now(), lead)).Refused(404, "activity.not_found")
	s.Post(tokens[0], a+"/confirm", map[string]string{}).Refused(404, "activity.not_found")
	s.Post(leads, a+"/confirm", map[string]string{}).Expect(200).Has(`"people":1,"minutes":60`)
	s.Get(tokens[0], "/v1/me/record").Expect(200).Has(`合唱队","`) // the record names the association, not only the place
}

func TestSettle_timesAreTheOrganisersAndWithinWhatCanBe(t *testing.T) {
	s := newSquare(t)
	people, tokens := s.neighbours(s.o.Unit, 3)
	a := s.soon(nil)
	start := testkit.Start.Add(time.Hour)
	s.Move(80 * time.Minute)
	s.in(a, tokens[0])
	s.in(a, tokens[1])
	s.Move(40 * time.Minute)
	for what, at := range map[string]time.Time{"before check-in": start.Add(19 * time.Minute), "at check-in": start.Add(20 * time.Minute), "in the future": start.Add(61 * time.Minute)} {
		t.Run(what, func(t *testing.T) {
			s.In(t).Post(s.chief, a+"/settle", leaving(at, people[0])).Refused(422, "activity.left_at_invalid").Has("people." + digits(people[0].ID))
		})
	}
	s.Post(s.chief, a+"/settle", leaving(start.Add(20*time.Minute+30*time.Second), people[0])).Refused(422, "hours.too_short")
	s.Post(s.chief, a+"/settle", leaving(start.Add(50*time.Minute), people[2])).Refused(409, "activity.not_checked_in")
	s.Post(s.chief, a+"/settle", leaving(start.Add(50*time.Minute), people[0], people[0])).Refused(422, "activity.person_twice")
	s.Post(s.chief, a+"/settle", map[string]any{"people": []any{map[string]any{"person_id": digits(people[0].ID), "left_at": start.Add(50 * time.Minute), "reason": " "}}}).Refused(422, "text.empty")
	s.Post(s.chief, a+"/settle", map[string]any{"people": []any{}}).Refused(422, "http.invalid")
	s.Post(tokens[0], a+"/settle", leaving(start.Add(50*time.Minute), people[0])).Refused(404, "activity.not_found")
	// One that can't be settles nobody.
	s.Post(s.chief, a+"/settle", leaving(start.Add(50*time.Minute), people[1], people[2])).Refused(409, "activity.not_checked_in")
	s.Post(s.chief, a+"/settle", leaving(start.Add(50*time.Minute), people[0], people[1])).Expect(200).Has(`"minutes":30`)
	s.Post(s.chief, a+"/settle", leaving(start.Add(50*time.Minute), people[0])).Refused(409, "hours.wrong_state")
	s.Move(time.Hour + 10*time.Minute)
	s.Post(s.chief, a+"/settle", leaving(start.Add(121*time.Minute), people[0])).Refused(409, "hours.wrong_state")
	_, late := s.neighbours(s.o.Unit, 1)
	s.Post(late[0], a+"/check-in", scan("1-I-0000000000")).Refused(409, "activity.too_late")
}

func TestSettle_afterTheEndStaysWithinTheActivity(t *testing.T) {
	s := newSquare(t)
	people, tokens := s.neighbours(s.o.Unit, 1)
	a := s.soon(nil)
	end := testkit.Start.Add(3 * time.Hour)
	s.Move(time.Hour)
	s.in(a, tokens[0])
	s.Move(4 * time.Hour)
	s.Post(s.chief, a+"/settle", leaving(end.Add(time.Second), people[0])).Refused(422, "activity.left_at_invalid")
	s.Post(s.chief, a+"/settle", leaving(end, people[0])).Expect(200).Has(`"minutes":120`)
}

func TestSettle_whoStayedLongerThanOneRecordMayBeIsSettledAsThatLong(t *testing.T) {
	s := newSquare(t)
	people, tokens := s.neighbours(s.o.Unit, 2)
	a := s.soon(map[string]any{"ends_at": testkit.Start.Add(15 * time.Hour)}) // fourteen hours: the night watch
	end := testkit.Start.Add(15 * time.Hour)
	s.Move(time.Hour)
	s.in(a, tokens[0])
	s.Move(14*time.Hour - 30*time.Second)
	s.in(a, s.SignIn(people[1])) // as everybody leaves
	s.Move(time.Hour)
	s.chief = s.SignIn(s.chiefWho)
	s.Post(s.chief, a+"/settle", leaving(end, people[0], people[1])).Refused(422, "hours.too_short").Has("people."+digits(people[1].ID), "李**", "作废").HasNot("李1妹")
	s.Post(s.chief, a+"/settle", leaving(end, people[0])).Expect(200).Has(`"minutes":720`)
	s.Post(s.chief, byHand(a, people[1], "void-attendance"), map[string]string{"reason": "散场才到"}).Expect(200)
	s.Post(s.chief, a+"/confirm", map[string]string{}).Expect(200).Has(`"minutes":720`)
}

func TestConfirm_twiceAtOnceGivesPointsOnce(t *testing.T) {
	for round := range 3 {
		s := newSquare(t)
		people, tokens := s.neighbours(s.o.Unit, 3)
		a := s.soon(nil)
		s.Move(time.Hour)
		for _, token := range tokens {
			s.in(a, token)
		}
		s.Move(2 * time.Hour)
		s.Post(s.chief, a+"/settle", leaving(s.Clock.Now(), people...)).Expect(200)
		answers := make([]edge.Answer, 6)
		s.Race(len(answers), func(i int) {
			answers[i] = s.Do(s.API, []string{s.chief, s.secretary}[i%2], "POST", a+"/confirm", map[string]string{})
		})
		won := 0
		for _, answer := range answers {
			if answer.Status == 200 {
				won++
				answer.Has(`"people":3,"minutes":360`)
			} else {
				answer.Refused(409, "activity.nothing_to_confirm")
			}
		}
		if won != 1 || s.points(tokens[0]) != 20 {
			t.Fatalf("round %d: %d confirmed, %d points", round, won, s.points(tokens[0]))
		}
		s.told(people[0], "已确认", 1)
	}
}

// TestConfirm_settlingAndConfirmingAtOnceLosesNobody: whichever comes first, nobody stays behind unsettled
// in what was confirmed.
func TestConfirm_settlingAndConfirmingAtOnceLosesNobody(t *testing.T) {
	s := newSquare(t)
	people, tokens := s.neighbours(s.o.Unit, 2)
	a := s.soon(nil)
	s.Move(time.Hour)
	s.in(a, tokens[0])
	s.in(a, tokens[1])
	s.Move(2*time.Hour - time.Minute)
	s.out(a, tokens[0])
	s.Move(time.Minute)
	var confirmed edge.Answer
	s.Race(2, func(i int) {
		if i == 0 {
			s.Do(s.API, s.chief, "POST", a+"/settle", leaving(s.Clock.Now(), people[1])).Expect(200)
			return
		}
		confirmed = s.Do(s.API, s.secretary, "POST", a+"/confirm", map[string]string{})
	})
	if confirmed.Status != 200 {
		confirmed.Refused(409, "activity.unsettled")
		confirmed = s.Post(s.secretary, a+"/confirm", map[string]string{})
	}
	confirmed.Expect(200).Has(`"people":2`)
}

func TestConfirm_twoHundredInOneTransaction(t *testing.T) {
	s := newSquare(t)
	a := s.soon(nil)
	const n = 200
	var id int64
	if _, err := fmt.Sscanf(a, "/v1/activities/%d", &id); err != nil {
		t.Fatal(err)
	}
	starts := testkit.Start.Add(time.Hour)
	ends := starts.Add(2 * time.Hour)
	s.Tx(func(tx *gorm.DB) error {
		people := make([]model.Person, n)
		for i := range people {
			people[i] = model.Person{NodeID: s.o.Unit.ID, Name: "李小梅", Membership: model.NoMember, State: model.PersonHere, CreatedAt: s.Clock.Now(), UpdatedAt: s.Clock.Now()}
		}
		if err := tx.CreateInBatches(&people, 50).Error; err != nil {
			return err
		}
		all := make([]model.Hours, n)
		for i := range all {
			all[i] = model.Hours{
				PersonID: people[i].ID, Source: model.FromActivity, ActivityID: &id, NodeID: s.o.Unit.ID, Kind: "environment", Content: "楼道大扫除", Place: "3栋楼下",
				StartsAt: starts, EndsAt: &ends, FromAt: &starts, UntilAt: &ends, Minutes: 120, State: model.HoursClaimed, InWay: model.ByCode, OutWay: model.ByCode, CreatedAt: starts,
			}
		}
		return tx.CreateInBatches(&all, 50).Error
	})
	s.Move(4 * time.Hour)
	began := time.Now()
	s.Post(s.chief, a+"/confirm", map[string]string{}).Expect(200).Has(`"people":200,"minutes":24000`)
	t.Logf("confirming %d took %s", n, time.Since(began))
	for _, h := range s.attendances(a) {
		if h.State != model.HoursConfirmed || h.Points != 20 {
			t.Fatalf("%+v", h)
		}
	}
}

func TestActivity_whoMadeItIsToldToConfirmWhenItIsOver(t *testing.T) {
	s := newSquare(t)
	_, tokens := s.neighbours(s.o.Unit, 1)
	a := s.soon(nil)
	quiet := s.soon(map[string]any{"title": "没有人来"})
	s.Move(time.Hour)
	s.in(a, tokens[0])
	s.Move(2 * time.Hour)
	s.WorkOff()
	s.WorkOff()
	s.told(s.chiefWho, "请核对没有签退的人", 1)
	for _, b := range bodiesOf(s.Kit, s.chiefWho) {
		if strings.Contains(b, "没有人来") {
			t.Errorf("told of %s: %q", quiet, b)
		}
	}
}

func TestActivity_whoCanConfirmIsToldWhenWhoMadeItHoldsNoOfficeAnyMore(t *testing.T) {
	s := newSquare(t)
	_, tokens := s.neighbours(s.o.Unit, 1)
	a := s.soon(nil)
	s.Move(time.Hour)
	s.in(a, tokens[0])
	s.Tx(func(tx *gorm.DB) error {
		return tx.Model(&model.Appointment{}).Where("person_id = ?", s.chiefWho.ID).Update("ends_at", s.Clock.Now()).Error
	})
	next := s.Person(s.o.Unit, "新单元长")
	s.Appoint(next, model.UnitChief, s.o.Unit)
	s.Move(2 * time.Hour)
	s.WorkOff()
	s.told(next, "请核对没有签退的人", 1)
	s.told(s.chiefWho, "请核对没有签退的人", 0)
}
