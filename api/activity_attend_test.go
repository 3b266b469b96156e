package api_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"gorm.io/gorm"

	"danyuan/model"
	"danyuan/testkit/edge"
)

// soon makes an activity of the unit that begins in an hour and lasts two.
func (s *square) soon(fields map[string]any) string {
	s.Helper()
	begins := s.Clock.Now().Add(time.Hour)
	b := map[string]any{"starts_at": begins, "ends_at": begins.Add(2 * time.Hour)}
	for k, v := range fields {
		b[k] = v
	}
	return s.make(s.chief, s.o.Unit, b)
}

type shown struct {
	Code, Next string
	Seconds    int64 `json:"seconds_left"`
}

// screen is what the organiser's screen shows now.
func (s *square) screen(a, way string) (c shown) {
	s.Helper()
	s.Get(s.chief, a+"/check-in-code?way="+way).Expect(200).Into(&c)
	return c
}

func scan(code string) map[string]string { return map[string]string{"code": code} }

// in and out check somebody in and out by the code on the screen.
func (s *square) in(a, token string) edge.Answer {
	s.Helper()
	return s.Post(token, a+"/check-in", scan(s.screen(a, "in").Code)).Expect(200)
}

func (s *square) out(a, token string) edge.Answer {
	s.Helper()
	return s.Post(token, a+"/check-out", scan(s.screen(a, "out").Code)).Expect(200)
}

// byHand gives the address of what the organiser does for somebody.
func byHand(a string, p model.Person, verb string) string {
	return fmt.Sprintf("%s/people/%d/%s", a, p.ID, verb)
}

func (s *square) attendances(a string) (all []model.Hours) {
	s.Helper()
	s.Tx(func(tx *gorm.DB) error {
		return tx.Where("activity_id = ?", strings.TrimPrefix(a, "/v1/activities/")).Order("person_id").Find(&all).Error
	})
	return all
}

func TestAttend_timeCountsWithinTheActivityOnly(t *testing.T) {
	s := newSquare(t)
	_, tokens := s.neighbours(s.o.Unit, 2)
	a := s.soon(nil)
	for _, token := range tokens {
		s.Post(token, a+"/sign-up", nil).Expect(200)
	}
	s.Move(40 * time.Minute) // 20 minutes before the start
	s.in(a, tokens[0]).Has(`"state":"open"`, `"in_way":"code"`, `"starts_at":"2026-03-05T10:00:00+08:00"`, `"already":false`)
	s.Move(30*time.Minute + 30*time.Second)
	s.in(a, tokens[1]).Has(`"starts_at":"2026-03-05T10:10:30+08:00"`)
	s.Get(tokens[1], a).Expect(200).Has("服务中", `"my_state":"seated"`)
	s.Move(59*time.Minute + 45*time.Second)
	s.out(a, tokens[1]).Has(`"state":"claimed"`, `"minutes":59`, `"out_way":"code"`)
	s.Move(time.Hour) // after the end
	s.out(a, tokens[0]).Has(`"minutes":120`, `"ends_at":"2026-03-05T12:00:00+08:00"`)
	s.Get(tokens[0], "/v1/activities/mine").Expect(200).Has("待确认", `"minutes":120`, `"phase":"over"`)
}

func TestAttend_aCodeIsGoodForItsStepAndFiveSecondsMore(t *testing.T) {
	s := newSquare(t)
	people, tokens := s.neighbours(s.o.Unit, 4)
	a := s.soon(nil)
	s.Move(time.Hour)
	first := s.screen(a, "in")
	if first.Seconds != 30 || first.Next == first.Code || len(first.Code) > 32 || !model.ValidScene(first.Code) {
		t.Fatalf("%+v", first)
	}
	s.Move(29 * time.Second)
	if c := s.screen(a, "in"); c.Code != first.Code || c.Seconds != 1 {
		t.Fatalf("%+v, want %s for one second more", c, first.Code)
	}
	s.Post(tokens[0], a+"/check-in", scan(first.Code)).Expect(200)
	s.Move(5 * time.Second) // four seconds after it has gone
	if c := s.screen(a, "in"); c.Code != first.Next || c.Seconds != 26 {
		t.Fatalf("%+v, want %s", c, first.Next)
	}
	s.Post(tokens[1], a+"/check-in", scan(first.Code)).Expect(200)
	s.Move(time.Second) // 35 after it came
	s.Post(tokens[2], a+"/check-in", scan(first.Code)).Refused(410, "activity.code_expired")
	s.Post(tokens[2], a+"/check-in", scan(s.screen(a, "in").Next)).Refused(410, "activity.code_expired") // not yet
	s.Post(tokens[2], a+"/check-in", scan(first.Next)).Expect(200)
	s.Move(time.Minute)
	s.Post(tokens[3], a+"/check-in", scan(first.Next)).Refused(410, "activity.code_expired")
	if n := len(s.attendances(a)); n != 3 {
		t.Fatalf("%d of %d are in", n, len(people))
	}
}

func TestAttend_refusesCodesThatAreNotThisActivitysOrNotForThis(t *testing.T) {
	s := newSquare(t)
	_, tokens := s.neighbours(s.o.Unit, 1)
	a, b := s.soon(nil), s.soon(map[string]any{"title": "另一个"})
	s.Post(tokens[0], a+"/sign-up", nil).Expect(200)
	s.Move(time.Hour)
	in, out, other := s.screen(a, "in").Code, s.screen(a, "out").Code, s.screen(b, "in").Code
	s.Post(tokens[0], a+"/check-in", scan(other)).Refused(409, "activity.code_of_another")
	s.Post(tokens[0], a+"/check-in", scan(out)).Refused(409, "activity.code_other_way").Has("签退码")
	s.Post(tokens[0], a+"/check-out", scan(in)).Refused(409, "activity.code_other_way").Has("签到码")
	// Another's marks under this one's name, and one way's under the other's.
	s.Post(tokens[0], a+"/check-in", scan(in[:len(in)-10]+other[len(other)-10:])).Refused(410, "activity.code_expired")
	s.Post(tokens[0], a+"/check-in", scan(in[:len(in)-10]+out[len(out)-10:])).Refused(410, "activity.code_expired")
	for _, made := range []string{"x", "--", "1-I-", "1-I-0000000000", in + "-", in[:len(in)-1], strings.ToLower(in), "0" + in} {
		if made == in {
			continue
		}
		if code := codeOf(s.Post(tokens[0], a+"/check-in", scan(made))); code != "activity.code_expired" && code != "activity.code_of_another" {
			t.Errorf("%q: %s", made, code)
		}
	}
	s.Post(tokens[0], a+"/check-in", scan("签到")).Refused(422, "http.invalid")
	s.Post(tokens[0], a+"/check-in", scan("")).Refused(422, "http.invalid")
	s.Post(tokens[0], a+"/check-out", scan(out)).Refused(409, "activity.not_checked_in")
	if n := len(s.attendances(a)); n != 0 {
		t.Fatalf("%d are in", n)
	}
}

func TestAttend_opensHalfAnHourBeforeAndClosesAtTheEnd(t *testing.T) {
	s := newSquare(t)
	people, tokens := s.neighbours(s.o.Unit, 2)
	a := s.soon(nil)
	s.Move(29 * time.Minute)
	early := scan("1-I-0000000000")
	s.Get(s.chief, a+"/check-in-code?way=in").Refused(409, "activity.too_early")
	s.Post(tokens[0], a+"/check-in", early).Refused(409, "activity.too_early")
	s.Post(s.chief, byHand(a, people[0], "check-in"), nil).Refused(409, "activity.too_early")
	s.Move(time.Minute)
	s.in(a, tokens[0])
	s.Post(tokens[0], a+"/sign-off", nil).Refused(409, "activity.checked_in")
	s.Post(s.chief, a+"/change", map[string]any{"place": "别处"}).Refused(409, "activity.attended")
	s.Get(s.chief, a+"/check-in-code?way=out").Refused(409, "activity.too_early")
	s.Post(tokens[0], a+"/check-out", scan("1-O-0000000000")).Refused(409, "activity.too_early")
	s.Move(2*time.Hour + 30*time.Minute) // the end
	s.Get(s.chief, a+"/check-in-code?way=in").Refused(409, "activity.too_late")
	s.Post(tokens[1], a+"/check-in", early).Refused(409, "activity.too_late")
	s.Post(s.chief, byHand(a, people[1], "check-in"), nil).Refused(409, "activity.too_late")
	s.screen(a, "out")
	s.Move(30 * time.Minute)
	s.Get(s.chief, a+"/check-in-code?way=out").Refused(409, "activity.too_late")
	s.Post(tokens[0], a+"/check-out", scan("1-O-0000000000")).Refused(409, "activity.too_late")
	s.Post(s.chief, byHand(a, people[0], "check-out"), nil).Refused(409, "activity.too_late")
}

func TestAttend_whoComesWithoutHavingSignedUpGetsAFreeSeatAtTheDoor(t *testing.T) {
	s := newSquare(t)
	_, tokens := s.neighbours(s.o.Unit, 4)
	stranger := s.SignIn(s.Person(s.o.FarUnit, "远邻居"))
	a := s.soon(map[string]any{"capacity": 3, "audience": "residents"})
	s.Post(tokens[0], a+"/sign-up", nil).Expect(200)
	s.Post(tokens[1], a+"/sign-up", nil).Expect(200)
	s.Post(tokens[1], a+"/sign-off", nil).Expect(200)
	s.Move(time.Hour)
	s.in(a, tokens[2])
	s.in(a, tokens[1]) // who had signed off
	s.Get(tokens[1], "/v1/activities/mine").Expect(200).Has(`"way":"door"`, `"state":"seated"`)
	code := s.screen(a, "in").Code
	s.Post(tokens[3], a+"/check-in", scan(code)).Refused(409, "activity.full")
	s.Post(stranger, a+"/check-in", scan(code)).Refused(403, "activity.not_for_you")
	if n := len(s.signUps(a, model.Seated)); n != 3 {
		t.Fatalf("%d on 3 seats", n)
	}
}

func TestAttend_whoWaitsDoesNotGetInPastTheOthers(t *testing.T) {
	s := newSquare(t)
	_, tokens := s.neighbours(s.o.Unit, 2)
	a := s.soon(map[string]any{"capacity": 1})
	s.Post(tokens[0], a+"/sign-up", nil).Expect(200)
	s.Post(tokens[1], a+"/sign-up", nil).Expect(200)
	s.Move(time.Hour)
	s.Post(tokens[1], a+"/check-in", scan(s.screen(a, "in").Code)).Refused(409, "activity.still_waiting")
}

func TestAttend_codesAreForItsOrganisersOnly(t *testing.T) {
	s := newSquare(t)
	_, tokens := s.neighbours(s.o.Unit, 1)
	_, foreign := s.Officer(model.UnitChief, s.o.NextDoor, "邻单元长")
	a := s.soon(nil)
	s.Move(time.Hour)
	for _, token := range []string{tokens[0], foreign} {
		s.Get(token, a+"/check-in-code?way=in").Refused(404, "activity.not_found")
	}
	s.Get("", a+"/check-in-code?way=in").Refused(401, "session.required")
	s.Get(s.chief, a+"/check-in-code?way=up").Refused(422, "http.invalid")
	s.Get(s.chief, a+"/check-in-code").Refused(422, "http.invalid")
	s.Get(s.secretary, a+"/check-in-code?way=in").Expect(200) // not who made it, but whose grid it is
	s.Get("", a).Expect(200).HasNot("secret", "-I-")
}

func TestAttend_againChangesNothing(t *testing.T) {
	s := newSquare(t)
	_, tokens := s.neighbours(s.o.Unit, 1)
	a := s.soon(nil)
	s.Move(time.Hour)
	s.in(a, tokens[0])
	s.Move(10 * time.Minute)
	s.in(a, tokens[0]).Has(`"already":true`, `"starts_at":"2026-03-05T10:00:00+08:00"`)
	s.out(a, tokens[0]).Has(`"minutes":10`, `"already":false`)
	s.Move(10 * time.Minute)
	s.out(a, tokens[0]).Has(`"minutes":10`, `"already":true`)
	s.in(a, tokens[0]).Has(`"state":"claimed"`, `"already":true`)
	if n := len(s.attendances(a)); n != 1 {
		t.Fatalf("%d records", n)
	}
}

func TestAttend_nowhereElseAtTheSameTime(t *testing.T) {
	s := newSquare(t)
	_, tokens := s.neighbours(s.o.Unit, 1)
	a, b := s.soon(nil), s.soon(map[string]any{"title": "另一个"})
	s.Move(time.Hour)
	s.in(a, tokens[0])
	s.Move(10 * time.Minute)
	s.Post(tokens[0], b+"/check-in", scan(s.screen(b, "in").Code)).Refused(409, "hours.overlap")
	if len(s.signUps(b, model.Seated)) != 0 {
		t.Fatal("the seat at the door stayed taken")
	}
	s.out(a, tokens[0])
	s.in(b, tokens[0])
}

func TestAttend_byHandIsOnRecordAndForNobodysOwnSelf(t *testing.T) {
	s := newSquare(t)
	old, walkIn := s.Person(s.o.Unit, "李奶奶"), s.Person(s.o.Unit, "钱爷爷")
	far := s.Person(s.o.FarUnit, "远奶奶")
	_, tokens := s.neighbours(s.o.Unit, 1)
	a := s.soon(nil)
	s.Post(s.chief, byHand(a, old, "sign-up"), nil).Expect(200)
	s.Move(time.Hour)
	s.Post(s.chief, byHand(a, old, "check-in"), nil).Expect(200).Has(`"in_way":"organiser"`, `"state":"open"`)
	s.Post(s.chief, byHand(a, old, "check-in"), nil).Expect(200).Has(`"already":true`)
	s.Post(s.secretary, byHand(a, walkIn, "check-in"), nil).Expect(200)
	s.Post(s.chief, byHand(a, far, "check-in"), nil).Refused(404, "person.not_found")
	s.Post(tokens[0], byHand(a, old, "check-out"), nil).Refused(404, "activity.not_found")
	s.Post(s.chief, byHand(a, s.chiefWho, "check-in"), nil).Refused(403, "activity.own_attendance")
	s.in(a, s.chief)
	s.Move(time.Hour)
	s.Post(s.chief, byHand(a, s.chiefWho, "check-out"), nil).Refused(403, "activity.own_attendance")
	s.Post(s.chief, byHand(a, old, "check-out"), nil).Expect(200).Has(`"out_way":"organiser"`, `"minutes":60`)
	s.Post(s.chief, byHand(a, far, "check-out"), nil).Refused(409, "activity.not_checked_in")
	all := s.attendances(a)
	for _, h := range all {
		want := map[int64]int64{old.ID: s.chiefWho.ID, walkIn.ID: s.branchHead.ID, s.chiefWho.ID: s.chiefWho.ID}[h.PersonID]
		if h.InByID != want {
			t.Errorf("%d was checked in by %d, want %d", h.PersonID, h.InByID, want)
		}
	}
	if len(all) != 3 {
		t.Fatalf("%d records", len(all))
	}
}

func TestAttend_aMistakeIsTakenBackWithAReason(t *testing.T) {
	s := newSquare(t)
	wrong := s.Person(s.o.Unit, "李奶奶")
	_, tokens := s.neighbours(s.o.Unit, 1)
	a := s.soon(nil)
	s.Move(time.Hour)
	s.Post(s.chief, byHand(a, wrong, "void-attendance"), because).Refused(409, "activity.not_checked_in")
	s.Post(s.chief, byHand(a, wrong, "check-in"), nil).Expect(200)
	s.Post(tokens[0], byHand(a, wrong, "void-attendance"), because).Refused(404, "activity.not_found")
	s.Post(s.chief, byHand(a, wrong, "void-attendance"), map[string]string{"reason": " "}).Refused(422, "text.empty")
	s.Post(s.chief, byHand(a, s.chiefWho, "void-attendance"), because).Refused(403, "activity.own_attendance")
	s.Post(s.chief, byHand(a, wrong, "void-attendance"), map[string]string{"reason": "签错了人"}).Expect(200).Has(`"state":"void"`, "签错了人")
	s.told(wrong, "签到已经作废", 1)
	s.Post(s.chief, byHand(a, wrong, "void-attendance"), because).Refused(409, "hours.wrong_state")
	s.Post(s.chief, byHand(a, wrong, "check-out"), nil).Refused(409, "activity.not_checked_in")
}

func TestAttend_whoWasTakenBackByMistakeChecksInAgain(t *testing.T) {
	s := newSquare(t)
	people, tokens := s.neighbours(s.o.Unit, 1)
	a := s.soon(nil)
	s.Move(time.Hour)
	for range 2 {
		s.in(a, tokens[0]).Has(`"already":false`)
		s.Move(10 * time.Minute)
		s.Post(s.chief, byHand(a, people[0], "void-attendance"), map[string]string{"reason": "签错了人"}).Expect(200)
	}
	s.told(people[0], "签到已经作废", 2)
	s.Move(10 * time.Minute)
	s.in(a, tokens[0]).Has(`"state":"open"`, `"already":false`, `"starts_at":"2026-03-05T10:30:00+08:00"`).HasNot("签错了人")
	s.in(a, tokens[0]).Has(`"already":true`)
	s.Move(time.Hour)
	s.out(a, tokens[0]).Has(`"minutes":60`)
	s.Move(time.Hour)
	s.Post(s.chief, a+"/confirm", map[string]string{}).Expect(200).Has(`"people":1,"minutes":60`)
	if all := s.attendances(a); len(all) != 1 || s.points(tokens[0]) != 10 {
		t.Fatalf("%d records, %d points", len(all), s.points(tokens[0]))
	} else {
		s.Get(tokens[0], "/v1/hours/"+digits(all[0].ID)).Expect(200).Has(`"what":"void"`, `"what":"begin_again"`)
	}
	s.Balanced()
}

func TestAttend_cancellingWhileItRunsVoidsWhoIsStillIn(t *testing.T) {
	s := newSquare(t)
	people, tokens := s.neighbours(s.o.Unit, 2)
	a := s.soon(nil)
	s.Move(time.Hour)
	s.in(a, tokens[0])
	s.in(a, tokens[1])
	s.Move(30 * time.Minute)
	s.out(a, tokens[0])
	s.Post(s.chief, a+"/cancel", map[string]string{"reason": "有大雨"}).Expect(200)
	all := s.attendances(a)
	if all[0].State != model.HoursClaimed || all[1].State != model.HoursVoid || all[1].Reason != "有大雨" {
		t.Fatalf("%s and %s", all[0].State, all[1].State)
	}
	s.told(people[1], "签到已经作废，原因：有大雨", 1)
	s.Post(tokens[0], a+"/check-out", scan("1-O-0000000000")).Refused(409, "activity.cancelled")
	s.Move(2 * time.Hour)
	s.WorkOff()
	s.told(s.chiefWho, "取消以前，已经有人参加并签退", 1)
	s.Post(s.chief, a+"/confirm", map[string]string{}).Expect(200).Has(`"people":1,"minutes":30`)
}
