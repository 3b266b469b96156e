package api_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"gorm.io/gorm"

	"danyuan/api"
	"danyuan/model"
	"danyuan/testkit"
	"danyuan/testkit/edge"
)

// signUps gives the people of a state, in their turn.
func (s *square) signUps(a string, state model.SignUpState) (people []int64) {
	s.Helper()
	var id int64
	if _, err := fmt.Sscanf(a, "/v1/activities/%d", &id); err != nil {
		s.Fatal(err)
	}
	s.Tx(func(tx *gorm.DB) error {
		return tx.Model(&model.SignUp{}).Where("activity_id = ? AND state = ?", id, state).Order("turn").Pluck("person_id", &people).Error
	})
	return people
}

func TestSignUp_whoComesTooLateWaitsAndMovesUpInOrder(t *testing.T) {
	s := newSquare(t)
	people, tokens := s.neighbours(s.o.Unit, 4)
	a := s.make(s.chief, s.o.Unit, map[string]any{"capacity": 1})
	s.Post(tokens[0], a+"/sign-up", nil).Expect(200).Has(`"state":"seated"`, "已报名")
	s.Post(tokens[1], a+"/sign-up", nil).Expect(200).Has(`"state":"waiting"`, "候补中").HasNot("waiting_ahead")
	s.Post(tokens[2], a+"/sign-up", nil).Expect(200).Has(`"waiting_ahead":1`)
	s.Post(tokens[3], a+"/sign-up", nil).Expect(200).Has(`"waiting_ahead":2`)
	s.Get(tokens[3], a).Expect(200).Has(`"my_state":"waiting"`, `"waiting_ahead":2`, `"seated":1,"waiting":3`)
	s.Get(tokens[3], "/v1/activities").Expect(200).Has(`"my_state":"waiting"`)
	s.Post(tokens[0], a+"/sign-up", nil).Refused(409, "activity.signed_up_already")
	s.Post(tokens[1], a+"/sign-up", nil).Refused(409, "activity.signed_up_already")

	s.Post(tokens[1], a+"/sign-off", nil).Expect(200).Has(`"state":"off"`)
	s.told(people[2], "有名额了", 0) // nobody's seat was given up
	s.Post(tokens[0], a+"/sign-off", nil).Expect(200)
	s.told(people[2], "有名额了，已经为您补上", 1)
	s.Get(tokens[2], "/v1/activities/mine").Expect(200).Has(`"state":"seated"`, "楼道大扫除", "seated_at")
	s.Post(tokens[0], a+"/sign-off", nil).Refused(409, "activity.not_signed_up")
	s.Post(tokens[0], a+"/sign-up", nil).Expect(200).Has(`"waiting_ahead":1`) // behind who was already waiting
	s.Post(s.chief, a+"/change", map[string]any{"capacity": 2}).Expect(200)
	if got, want := s.signUps(a, model.Seated), []int64{people[2].ID, people[3].ID}; !slices.Equal(got, want) {
		t.Fatalf("seated %v, want %v", got, want)
	}
	s.Post(s.chief, a+"/change", map[string]any{"capacity": 0}).Expect(200).Has(`"seated":3,"waiting":0`)
	s.told(people[0], "有名额了", 1)
}

func TestSignUp_whoHasMovedAwayIsPassedOver(t *testing.T) {
	s := newSquare(t)
	people, tokens := s.neighbours(s.o.Unit, 3)
	a := s.make(s.chief, s.o.Unit, map[string]any{"capacity": 1})
	for _, token := range tokens {
		s.Post(token, a+"/sign-up", nil).Expect(200)
	}
	s.Tx(func(tx *gorm.DB) error {
		return tx.Model(&model.Person{}).Where("id = ?", people[1].ID).Update("state", model.PersonLeft).Error
	})
	s.Post(tokens[0], a+"/sign-off", nil).Expect(200)
	if got := s.signUps(a, model.Seated); !slices.Equal(got, []int64{people[2].ID}) {
		t.Fatalf("seated %v, want %d", got, people[2].ID)
	}
}

func TestSignUp_whoIsOfTheAudienceNoMoreGoesOnWaiting(t *testing.T) {
	s := newSquare(t)
	people, tokens := s.neighbours(s.o.Unit, 4)
	a := s.make(s.chief, s.o.Unit, map[string]any{"capacity": 1, "audience": "residents"})
	for _, token := range tokens {
		s.Post(token, a+"/sign-up", nil).Expect(200)
	}
	_, staff := s.Officer(model.CommunityStaff, s.o.Community, "登记员")
	s.Post(staff, path("/v1/people/%d/move", people[1].ID), map[string]any{"unit_id": digits(s.o.FarUnit.ID), "room": "101", "reason": "换房"}).Expect(200)
	s.Post(tokens[0], a+"/sign-off", nil).Expect(200)
	seated, waiting := s.signUps(a, model.Seated), s.signUps(a, model.Waiting)
	if !slices.Equal(seated, []int64{people[2].ID}) || !slices.Equal(waiting, []int64{people[1].ID, people[3].ID}) {
		t.Errorf("seated %v and waiting %v, want %d who still lives there", seated, waiting, people[2].ID)
	}
}

func TestSignUp_isForTheAudienceAndTellsNobodyElseWhoIsAMember(t *testing.T) {
	s := newSquare(t)
	member := s.SignIn(s.Person(s.o.Unit, "张卫东", testkit.Membership(model.Member)))
	inService := s.SignIn(s.Person(s.o.Unit, "赵在职", testkit.Membership(model.InServiceMember)))
	none := s.SignIn(s.Person(s.o.Unit, "李小梅"))
	other := s.SignIn(s.Person(s.o.FarUnit, "远邻居", testkit.Membership(model.Member)))
	left := s.Person(s.o.Unit, "已迁走", testkit.Membership(model.Member))
	gone := s.SignIn(left)
	s.Tx(func(tx *gorm.DB) error {
		return tx.Model(&model.Person{}).Where("id = ?", left.ID).Update("state", model.PersonLeft).Error
	})
	everyone := map[string]string{"member": member, "in service": inService, "none": none, "elsewhere": other, "gone": gone}
	for audience, admitted := range map[string][]string{
		"everybody": {"member", "in service", "none", "elsewhere"}, "residents": {"member", "in service", "none"},
		"members": {"member", "in service", "elsewhere"}, "in_service": {"in service"},
	} {
		a := s.make(s.chief, s.o.Unit, map[string]any{"audience": audience})
		for who, token := range everyone {
			t.Run(audience+" "+who, func(t *testing.T) {
				k := s.In(t)
				in := slices.Contains(admitted, who)
				k.Get(token, a).Expect(200).Has(fmt.Sprintf(`"for_me":%v`, in)).HasNot("张卫东", "李小梅")
				if in {
					k.Post(token, a+"/sign-up", nil).Expect(200)
				} else {
					k.Post(token, a+"/sign-up", nil).Refused(403, "activity.not_for_you").Has("您不在参加范围里")
				}
				k.Get(token, a+"/sign-ups").Refused(404, "activity.not_found")
			})
		}
		s.Get("", a).Expect(200).HasNot("张", "赵", "李", "远")
	}
}

func TestSignUp_namesAreForThoseWhoLookAfterThePeople(t *testing.T) {
	s := newSquare(t)
	_, staff := s.Officer(model.CommunityStaff, s.o.Community, "陈社工")
	lead := s.Person(s.o.NextDoor, "钱会长")
	leads := s.SignIn(lead)
	id := s.association(staff, s.o.Community, "合唱队", lead)
	a := s.make(leads, s.o.Community, map[string]any{"association_id": id})
	s.Post(s.SignIn(s.Person(s.o.Unit, "李小梅")), a+"/sign-up", nil).Expect(200)
	s.Post(s.SignIn(s.Person(s.o.ForeignUnit, "外来客")), a+"/sign-up", nil).Expect(200)
	s.Get(staff, a+"/sign-ups").Expect(200).Has("李小梅", "1单元", "外**").HasNot("外来客")
	s.Get(leads, a+"/sign-ups?state=seated").Expect(200).Has("李**", "外**").HasNot("李小梅", "1单元")
	s.Get(leads, a+"/sign-ups?state=waiting").Expect(200).Has(`"items":[]`)
	s.Get(s.chief, a+"/sign-ups").Refused(404, "activity.not_found") // the community's, above the chief's unit
	s.Get("", a+"/sign-ups").Refused(401, "session.required")
}

func TestHours_namesAreForThoseWhoLookAfterThePeople(t *testing.T) {
	s := newSquare(t)
	_, staff := s.Officer(model.CommunityStaff, s.o.Community, "陈社工")
	far, near := s.Person(s.o.ForeignUnit, "外来客", testkit.Membership(model.Member)), s.Person(s.o.Unit, "近处人", testkit.Membership(model.Member))
	ends := testkit.Start.Add(2 * time.Hour)
	s.Tx(func(tx *gorm.DB) error {
		for id, who := range map[int64]model.Person{78: far, 79: near} {
			h := model.Hours{
				ID: id, PersonID: who.ID, Source: model.FromLog, NodeID: s.o.Community.ID, Kind: "environment", Content: "党员大扫除", Place: "3栋楼下",
				StartsAt: testkit.Start, EndsAt: &ends, Minutes: 120, State: model.HoursConfirmed, CreatedAt: testkit.Start,
			}
			if err := tx.Create(&h).Error; err != nil {
				return err
			}
		}
		return nil
	})
	s.Get(staff, path("/v1/nodes/%d/hours", s.o.Community.ID)).Expect(200).Has("外**", "近处人").HasNot("外来客")
	s.Get(staff, "/v1/hours/78").Expect(200).Has("外**").HasNot("外来客")
	s.Get(staff, "/v1/hours/79").Expect(200).Has("近处人")
	s.Get(s.SignIn(far), "/v1/hours/78").Expect(200).Has("外来客")
	var asked struct{ ID string }
	said := onDay(3, "09:00", "10:00")
	s.Post(s.SignIn(far), "/v1/hours/78/corrections", right(said)).Expect(200).Has("外来客").Into(&asked)
	s.Get(staff, "/v1/corrections").Expect(200).Has("外**").HasNot("外来客")
	s.Get(staff, "/v1/hours/78").Expect(200).Has(asked.ID, "外**").HasNot("外来客")
	s.Post(staff, "/v1/corrections/"+asked.ID+"/refuse", because).Expect(200).Has("外**").HasNot("外来客")
	for i, id := range []int64{78, 79} {
		s.Tx(func(tx *gorm.DB) error {
			f := model.Flag{HoursID: id, PersonID: []int64{far.ID, near.ID}[i], NodeID: s.o.Community.ID, RuleCode: "late_entry", RaisedAt: testkit.Start, OnceKey: digits(id)}
			return model.AddFlags(tx, []model.Flag{f})
		})
	}
	var flags struct{ Items []struct{ ID, Name string } }
	s.Get(staff, path("/v1/nodes/%d/flags", s.o.Community.ID)).Expect(200).Has("外**", "近处人").HasNot("外来客").Into(&flags)
	for _, f := range flags.Items {
		s.Post(staff, "/v1/flags/"+f.ID+"/clear", map[string]string{"note": "问过"}).Expect(200).Has(f.Name)
	}
	s.Post(staff, "/v1/hours/78/void", map[string]any{"reason": "没有来"}).Expect(200).Has("外**").HasNot("外来客")
}

func TestSignUp_forSomebodyWithoutAPhoneIsOnRecordAndTold(t *testing.T) {
	s := newSquare(t)
	_, staff := s.Officer(model.CommunityStaff, s.o.Community, "陈社工")
	old, far := s.Person(s.o.Unit, "李奶奶"), s.Person(s.o.FarUnit, "远奶奶")
	a := s.make(staff, s.o.Community, map[string]any{"capacity": 1})
	of := func(p model.Person) string { return fmt.Sprintf("%s/people/%d", a, p.ID) }
	s.Post(s.chief, of(old)+"/sign-up", nil).Expect(200).Has(`"way":"proxy"`, `"state":"seated"`)
	s.told(old, "已经为您报名“楼道大扫除”：3月6日11:00到13:00，3栋楼下", 1)
	s.Get(staff, a+"/sign-ups").Expect(200).Has("李奶奶", fmt.Sprintf(`"entered_by_id":"%d"`, s.chiefWho.ID))
	s.Post(s.chief, of(old)+"/sign-up", nil).Refused(409, "activity.signed_up_already")
	s.Post(s.chief, of(far)+"/sign-up", nil).Refused(404, "person.not_found")
	s.Post(s.chief, a+"/people/999999/sign-up", nil).Refused(404, "person.not_found")
	s.Post(s.SignIn(old), of(far)+"/sign-up", nil).Refused(403, "role.not_allowed")
	s.Post(staff, of(far)+"/sign-up", nil).Expect(200).Has(`"state":"waiting"`)
	s.told(far, "已经为您登记候补", 1)
	s.Post(s.chief, of(far)+"/sign-off", nil).Refused(404, "person.not_found")
	s.Post(s.chief, of(old)+"/sign-off", nil).Expect(200)
	s.told(old, "已经为您退出", 1)
	s.told(far, "有名额了", 1)
	members := s.make(s.chief, s.o.Unit, map[string]any{"audience": "members"})
	s.Post(s.chief, fmt.Sprintf("%s/people/%d/sign-up", members, old.ID), nil).Refused(403, "activity.not_for_you").Has("这位居民")
}

func TestSignUp_closesAtTheStart(t *testing.T) {
	s := newSquare(t)
	_, tokens := s.neighbours(s.o.Unit, 2)
	a := s.make(s.chief, s.o.Unit, nil)
	s.Post(tokens[0], a+"/sign-up", nil).Expect(200)
	s.Move(26 * time.Hour)
	s.Post(tokens[1], a+"/sign-up", nil).Refused(409, "activity.started")
	s.Post(tokens[0], a+"/sign-off", nil).Refused(409, "activity.started")
	s.Post(tokens[0], "/v1/activities/999999/sign-up", nil).Refused(404, "activity.not_found")
	s.Post("", a+"/sign-up", nil).Refused(401, "session.required")
	s.Post(s.Stranger("x"), a+"/sign-up", nil).Refused(403, "binding.required")
}

func TestSignUp_theLastSeatsAreNeverGivenTwiceAndNobodyIsLost(t *testing.T) {
	for n, seats := range map[int]int{12: 5, 64: 1} {
		raceForSeats(t, n, seats)
	}
}

// raceForSeats lets so many sign up at once for so many seats, on two replicas.
func raceForSeats(t *testing.T, n, seats int) {
	s := newSquare(t)
	_, replica := s.Replica()
	people, tokens := s.neighbours(s.o.Unit, n)
	a := s.make(s.chief, s.o.Unit, map[string]any{"capacity": seats})
	states := make([]string, n)
	s.Race(n, func(i int) {
		var u struct{ State string }
		s.Do([]*api.API{s.API, replica}[i%2], tokens[i], "POST", a+"/sign-up", nil).Expect(200).Into(&u)
		states[i] = u.State
	})
	seated, waiting := s.signUps(a, model.Seated), s.signUps(a, model.Waiting)
	if len(seated) != seats || len(waiting) != n-seats {
		t.Fatalf("%d seated and %d waiting of %d on %d seats: %v", len(seated), len(waiting), n, seats, states)
	}
	for i, p := range people {
		if want := slices.Contains(seated, p.ID); (states[i] == "seated") != want {
			t.Errorf("%s was answered %s, seated is %v", p.Name, states[i], want)
		}
	}
}

// TestSignUp_signingOffWhileMovingUp: those with seats and the first who wait sign off at once. Whatever
// the order, the seats go to those who still wait, the longest first.
func TestSignUp_signingOffWhileMovingUp(t *testing.T) {
	for round := range 4 {
		s := newSquare(t)
		people, tokens := s.neighbours(s.o.Unit, 8)
		a := s.make(s.chief, s.o.Unit, map[string]any{"capacity": 3})
		for _, token := range tokens {
			s.Post(token, a+"/sign-up", nil).Expect(200)
		}
		off := []int{0, 1, 3, 4} // two seats, and the two who wait longest
		s.Race(len(off)+1, func(i int) {
			if i == len(off) {
				s.Do(s.API, s.chief, "POST", a+"/change", map[string]any{"capacity": 4}).Expect(200)
				return
			}
			s.Do(s.API, tokens[off[i]], "POST", a+"/sign-off", nil).Expect(200)
		})
		seated, waiting := s.signUps(a, model.Seated), s.signUps(a, model.Waiting)
		if want := []int64{people[2].ID, people[5].ID, people[6].ID, people[7].ID}; !slices.Equal(seated, want) || len(waiting) != 0 {
			t.Fatalf("round %d: seated %v, want %v; waiting %v", round, seated, want, waiting)
		}
		for _, i := range []int{5, 6, 7} {
			s.told(people[i], "有名额了", 1)
		}
	}
}

func TestSignUp_twiceAtOnceIsOne(t *testing.T) {
	s := newSquare(t)
	_, tokens := s.neighbours(s.o.Unit, 1)
	a := s.make(s.chief, s.o.Unit, nil)
	answers := make([]edge.Answer, 5)
	s.Race(len(answers), func(i int) { answers[i] = s.Do(s.API, tokens[0], "POST", a+"/sign-up", nil) })
	won := 0
	for _, answer := range answers {
		if answer.Status == 200 {
			won++
		} else {
			answer.Refused(409, "activity.signed_up_already")
		}
	}
	if won != 1 || len(s.signUps(a, model.Seated)) != 1 {
		t.Fatalf("%d times", won)
	}
}
