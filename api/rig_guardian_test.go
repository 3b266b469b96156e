package api_test

import (
	"net/http"
	"reflect"
	"strings"
	"testing"

	"gorm.io/gorm"

	"danyuan/api"
	"danyuan/model"
	"danyuan/testkit"
	"danyuan/testkit/edge"
)

// child adds a child of the resident, as the examples of the description call them.
func (w *world) child() model.Person {
	w.Helper()
	return w.Person(w.Unit, "王小童", testkit.Born("2016-05-01"), testkit.AtHome(w.Resident))
}

// guardianship makes the resident a child's guardian, as far as the state says.
func (w *world) guardianship(state model.GuardianshipState) string {
	w.Helper()
	g := w.Guard(w.Resident, w.child())
	w.Tx(func(tx *gorm.DB) error { return tx.Model(&g).Update("state", state).Error })
	return digits(g.ID)
}

// withoutGuardian names the commands that may be done about somebody under 14 for whom no guardian agrees, and
// says why.
var withoutGuardian = map[string]string{
	"name-guardian":     "by it the guardian is asked",
	"change-membership": "keeps the roster right",
	"register-left":     "keeps the roster right",
	"move-person":       "keeps the roster right",
	"end-binding":       "ends working with their data",
	"limit-reporter":    "who may report nothing has nothing to limit; a limit made before they were known to be a child protects others",
	"sign-off-for":      "ends working with their data",
	"void-attendance":   "ends working with their data",
	"give-matter":       "is for officers only, and nobody appoints a child",
	"check-out-by-hand": "ends what has begun: they have gone home",
}

// Why what belongs to a child is worked with all the same.
const (
	matterGoesOn = "a matter is kept that others work on"
	turnsDown    = "ends working with what they had asked for"
	givesBack    = "ends it, and gives back what is theirs"
	answersThem  = "answers what was asked or objected to: that right is theirs without a consent"
	noMember     = "is for Party members, and no child is one"
)

// thingsWithoutGuardian names the commands that may be done about what belongs to somebody under 14 for whom no
// guardian agrees, and says why.
var thingsWithoutGuardian = map[string]string{
	"accept-check-in": noMember, "refuse-check-in": noMember, "end-check-in": noMember,
	"refuse-certificate": turnsDown, "revoke-certificate": "a paper that is not true must not stand",
	"refuse-hours": turnsDown, "void-hours": "a record that is not true must not stand", "refuse-correction": turnsDown,
	"clear-flag": "looks at a record that is kept", "end-role": turnsDown,
	"settle-attendance": "ends what has begun: they have gone home",
	"confirm-activity":  "is done for all who were there; who has withdrawn has left no hours to confirm",
	"uphold-objection":  answersThem, "reject-objection": answersThem, "do-rectification": answersThem, "refuse-rectification": answersThem,
	"lift-reporter-limit": answersThem, "uphold-reporter-limit": answersThem,
	"call-off-redemption": givesBack, "hand-out": givesBack,
	"note-matter": matterGoesOn, "accept-matter": matterGoesOn, "resolve-matter": matterGoesOn, "pass-up-matter": matterGoesOn,
	"return-matter": matterGoesOn, "ask-reporter": matterGoesOn, "pass-words": matterGoesOn, "reject-words": matterGoesOn,
	"redact-matter": matterGoesOn, "redact-matter-photo": matterGoesOn,
}

// TestEveryThingOfAChild_needsAGuardian goes through every command about something that belongs to a person whom
// the command does not name: hours, requests, matters. It, too, is refused to everybody else while the child's
// guardian does not agree, or says in thingsWithoutGuardian why not.
func TestEveryThingOfAChild_needsAGuardian(t *testing.T) {
	base := newWorld(t)
	done := map[string]bool{}
	for _, r := range base.API.Routes() {
		if !isCommand(r) || base.namesPerson(r) {
			continue
		}
		t.Run(r.ID, func(t *testing.T) {
			w := base.again(t)
			w.Resident = w.Person(w.Unit, "赵小童", testkit.Born("2016-01-01"), testkit.Phone("13900000008")) // whose things are
			q := w.request(r)
			if !w.holdsOf(w.Resident) {
				return
			}
			for _, c := range w.letIn(r.Who) {
				if a := q.call(w, c.token); a.Status < http.StatusMultipleChoices {
					if done[r.ID] = true; thingsWithoutGuardian[r.ID] == "" {
						t.Fatalf("%s does it about what belongs to a child without a guardian: call needGuardian, or say in thingsWithoutGuardian why not: %s", c, a.Body)
					}
					return
				}
			}
		})
	}
	for id := range thingsWithoutGuardian {
		if !done[id] {
			t.Errorf("nobody may do %s: take it off thingsWithoutGuardian", id)
		}
	}
}

// holdsOf tells whether anything of the world belongs to a person.
func (w *world) holdsOf(p model.Person) bool {
	w.Helper()
	for _, record := range model.Tables() {
		for field, column := range map[string]string{"PersonID": "person_id", "ReporterID": "reporter_id"} {
			if _, ok := reflect.TypeOf(record).Elem().FieldByName(field); !ok {
				continue
			}
			var n int64
			if err := w.DB.Read(w.Context()).Model(record).Where(column+" = ?", p.ID).Count(&n).Error; err != nil {
				w.Fatal(err)
			}
			if n > 0 {
				return true
			}
		}
	}
	return false
}

// TestEveryProxy_needsAGuardianForAChild goes through every command that somebody in a role does about a
// person. For a child without a guardian's consent each is refused, or says in withoutGuardian why not. It
// grows by itself.
func TestEveryProxy_needsAGuardianForAChild(t *testing.T) {
	base := newWorld(t)
	var seen []string
	for _, r := range base.API.Routes() {
		if !isCommand(r) {
			continue
		}
		if !base.namesPerson(r) {
			continue
		}
		seen = append(seen, r.ID)
		if withoutGuardian[r.ID] != "" {
			continue
		}
		t.Run(r.ID, func(t *testing.T) {
			w := base.again(t)
			child := w.Person(w.Unit, "赵小童", testkit.Born("2016-01-01"))
			was := w.Neighbour
			if r.ID == "hand-over-association" {
				w.fixture("associations/{id}") // led by them
			}
			w.Neighbour = child // whom officers act on
			w.things["hand-over-association/lead_id"] = digits(child.ID)
			q := w.request(r)
			refusal := ""
			for _, c := range w.letIn(r.Who) {
				switch a := q.call(w, c.token); {
				case a.Status < http.StatusMultipleChoices:
					t.Fatalf("%s does it about a child without a guardian: call needGuardian, or say in withoutGuardian why not: %s", c, a.Body)
				case codeOf(a) == "guardian.child_without_consent":
					refusal = codeOf(a)
				}
			}
			if refusal == "" {
				t.Fatal("nobody is refused because of the guardian")
			}
			w.Guard(was, child)
			for _, c := range w.letIn(r.Who) {
				if a := q.call(w, c.token); a.Status < http.StatusMultipleChoices {
					return
				}
			}
			t.Error("nobody may do it although a guardian agrees")
		})
	}
	for id := range withoutGuardian {
		if !strings.Contains(" "+strings.Join(seen, " ")+" ", " "+id+" ") {
			t.Errorf("%s is no such command any more: take it off withoutGuardian", id)
		}
	}
}

// namesPerson tells whether a command says by a number in its path or body whom it is about.
func (w *world) namesPerson(r api.RouteInfo) bool {
	w.Helper()
	if strings.Contains(r.Path, "/people/{") {
		return true
	}
	body, _ := w.operation(r)["requestBody"].(map[string]any)
	content, _ := body["content"].(map[string]any)
	media, _ := content["application/json"].(map[string]any)
	fields, _ := w.resolve(media["schema"])["properties"].(map[string]any)
	return fields["person_id"] != nil || fields["lead_id"] != nil
}

// TestChild_ofWhomNoGuardianAgreesMayOnlySeeAndEnd: the table's own rule, and what stays open.
func TestChild_ofWhomNoGuardianAgreesMayOnlySeeAndEnd(t *testing.T) {
	k := edge.New(t)
	o := k.Org()
	kid := k.Person(o.Unit, "王小童", testkit.Born("2016-05-01"))
	child := k.SignIn(kid)
	k.Get(child, "/v1/me").Expect(200).Has(`"bound":true`, `"needs_guardian":true`)
	k.Get(child, "/v1/me/record").Refused(403, "guardian.consent_required").Has("我的孩子")
	k.Post(child, "/v1/matters", aRepair("灯坏了")).Refused(403, "guardian.consent_required")
	k.Get(child, "/v1/me/data").Expect(200).Has("王小童", "2016-05-01")

	g := k.Guard(k.Person(o.Unit, "王小明"), kid)
	k.Tx(func(tx *gorm.DB) error {
		return model.AddChanges(tx, []string{model.PersonTopic(kid.ID)}, k.Clock.Now())
	})
	if err := k.S.ReadChanges(t.Context()); err != nil {
		t.Fatal(err)
	}
	k.Get(child, "/v1/me").Expect(200).Has(`"needs_guardian":false`)
	k.Post(child, "/v1/matters", aRepair("灯坏了")).Expect(200)
	k.Tx(func(tx *gorm.DB) error { return tx.Model(&g).Update("state", model.GuardianWithdrawn).Error })
	k.Post(child, "/v1/matters", aRepair("灯又坏了")).Refused(403, "guardian.consent_required") // asked again when it is done
	k.Post(child, "/v1/me/unbind", nil).Expect(200)
}
