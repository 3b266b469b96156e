package api_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"danyuan/model"
)

// mayBe says who can make which move in which state at which step, in this test's own words: the machine
// must allow exactly this.
func mayBe(state model.MatterState, step model.Step, who, move string) bool {
	handler := map[model.Step]string{model.ChiefStep: "chief", model.BranchStep: "secretary", model.CommunityStep: "staff"}[step]
	busy := state == model.MatterReported || state == model.MatterAccepted || state == model.MatterAsked
	switch move {
	case "accept":
		return state == model.MatterReported && who == handler
	case "resolve":
		return busy && who == handler
	case "pass-up":
		return busy && who == handler && step != model.CommunityStep
	case "return":
		return busy && who == handler && step != model.ChiefStep
	case "ask":
		return busy && state != model.MatterAsked && who == handler
	case "give":
		return busy && step == model.ChiefStep && (who == "secretary" || who == "staff")
	case "answer":
		return state == model.MatterAsked && who == "reporter"
	case "withdraw":
		return busy && who == "reporter"
	case "rate":
		return state == model.MatterResolved && who == "reporter"
	}
	return false
}

// refusals are the only ones that a forbidden move may meet.
var matterRefusals = []string{
	"matter.not_found", "matter.wrong_state", "matter.not_at_your_step", "matter.not_your_report", "matter.top_step", "matter.bottom_step", "matter.not_at_chief", "matter.own", "role.not_allowed",
}

// offeredAs are the words by which a matter's record offers a move.
var offeredAs = map[string][]string{
	"accept": {"accept"}, "resolve": {"resolve"}, "pass-up": {"pass_up"}, "return": {"return"}, "ask": {"ask"}, "give": {"reassign"},
	"answer": {"answer"}, "withdraw": {"withdraw"}, "rate": {"satisfy", "reopen"},
}

// offered gives the moves that a matter's record offers to somebody; none to whom there is no such matter.
func (w *world) offered(token, id string) []string {
	w.Helper()
	var m matter
	if a := w.Get(token, "/v1/matters/"+id); a.Status == 200 {
		a.Into(&m)
	}
	return m.May
}

// TestMachine_everyMoveInEveryStateForEverybody goes through the whole table: states, steps, people and
// moves. What is allowed happens; all else is refused in words that a person understands, and leaves nothing.
func TestMachine_everyMoveInEveryStateForEverybody(t *testing.T) {
	w := newWard(t)
	rig := &world{Kit: w.Kit, Org: w.o, Resident: w.who}
	people := map[string]string{
		"reporter": w.volunteer, "chief": w.chief, "secretary": w.secretary, "staff": w.staff, "grid chief": w.gridChief,
		"next chief": w.nextDoorChief, "neighbour": w.mei, "other staff": w.foreignStaff, "district": w.admin,
	}
	moves := []string{"accept", "resolve", "pass-up", "return", "ask", "give", "answer", "withdraw", "rate"}
	to := map[model.MatterState][]model.MatterMove{
		model.MatterReported: nil, model.MatterAccepted: {model.MoveAccept}, model.MatterAsked: {model.MoveAccept, model.MoveAsk},
		model.MatterResolved: {model.MoveResolve}, model.MatterClosed: {model.MoveResolve, model.MoveSatisfy}, model.MatterWithdrawn: {model.MoveWithdraw},
	}
	for level, step := range model.Steps {
		for state, way := range to {
			seen := int64(1 + level + len(way))
			made := ""
			fresh := func() string {
				return rig.matter(w.who, append(slices.Repeat([]model.MatterMove{model.MovePassUp}, level), way...)...)
			}
			for who, token := range people {
				offered := rig.offered(token, fresh())
				for _, move := range moves {
					if may := mayBe(state, step.Step, who, move); may != slices.ContainsFunc(offeredAs[move], func(word string) bool { return slices.Contains(offered, word) }) {
						t.Errorf("%s at %s: %s is offered %v, and may %s: %t", state, step.Step, who, offered, move, may)
					}
					if made == "" {
						made = fresh()
					}
					body := map[string]any{"seen": seen, "words": "说明原因"}
					switch move {
					case "give":
						body["person_id"] = digits(w.nextDoorWho.ID)
					case "rate":
						body["solved"], body["satisfied"] = true, true
					}
					a := w.Post(token, "/v1/matters/"+made+"/"+move, body)
					at := string(state) + " at " + string(step.Step) + ": " + move + " by " + who
					if mayBe(state, step.Step, who, move) {
						if a.Status != 200 {
							t.Errorf("%s is refused: %d %s", at, a.Status, a.Body)
						}
						made = ""
						continue
					}
					var p problem
					if err := json.Unmarshal(a.Body, &p); err != nil || !slices.Contains(matterRefusals, p.Code) || !han.MatchString(p.Detail) {
						t.Errorf("%s: %d %s", at, a.Status, a.Body)
					}
					if p.Code == "matter.wrong_state" && !strings.Contains(p.Detail, state.Title()) {
						t.Errorf("%s: the refusal does not say in which state it is: %s", at, p.Detail)
					}
				}
			}
			if made == "" {
				continue
			}
			var now matter
			w.Get(w.staff, "/v1/matters/"+made).Expect(200).Into(&now)
			if now.Seen != seen || now.State != string(state) {
				t.Errorf("refused moves have moved it: %s after %d, want %s after %d", now.State, now.Seen, state, seen)
			}
		}
	}
	w.verified()
}
