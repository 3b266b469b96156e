package service

import (
	"fmt"
	"slices"
	"time"

	"danyuan/model"
)

// forReporter tells whether an actor speaks for a reporter without a phone. Whether it is solved says nobody who has
// worked on it. What was asked answers who has entered it, whatever else they do; anybody else who has not worked on
// it may, too: who has entered it may have left. To take it back is for who has entered it alone.
func forReporter(by model.Actor, m model.ListedMatter, events []model.ListedMatterEvent, rule model.MatterRule, now time.Time) bool {
	if m.EnteredByID == 0 || m.HiddenFrom(by, now) || !by.May(model.ReportForOthers, m.NodePath, now) {
		return false
	}
	if m.EnteredByID == by.PersonID && (rule.Move == model.MoveAnswer || rule.Move == model.MoveWithdraw) {
		return true
	}
	return rule.Move != model.MoveWithdraw && !slices.ContainsFunc(events, func(e model.ListedMatterEvent) bool {
		return e.ByPersonID == by.PersonID && model.RuleOf(e.Move).By == model.HandlerMoves
	})
}

// toldToSpeakers are the words that they are told of a move with who speak for a reporter without an account; %s is the
// step where the matter is.
var toldToSpeakers = map[model.MatterMove][2]string{
	model.MoveAsk:     {"请代为补充事项", "%s请没有手机的上报人补充一些情况。请问过本人以后代为补充，补充以后继续办理。"},
	model.MoveResolve: {"请代为评价事项", "没有手机的上报人，有一件事项已由%s办结。请问过本人是否解决以后，代为登记评价；7天没有评价的自动销号。"},
}

// newsForSpeakers gives what they are told who speak for a reporter without an account.
func (t *tx) newsForSpeakers(m model.Matter, path string, e model.MatterEvent, once func(string) string) ([]told, error) {
	words, ok := toldToSpeakers[e.Move]
	if !ok || m.EnteredByID == 0 {
		return nil, nil
	}
	if b, err := model.ActiveBindingOfPerson(t.DB, m.ReporterID); err != nil || b != nil {
		return nil, err
	}
	them, err := t.speakersFor(m, path, e.Move == model.MoveAsk)
	return tellEach(nil, them, t.by.PersonID, words[0], fmt.Sprintf(words[1], m.Step.Title()), matterPage(m.ID), once), err
}

// speakersFor gives who is to speak for a reporter: who has entered the matter, as long as they may, or else those of
// the lowest step of whom somebody may. answers is whether they have a question to answer.
func (t *tx) speakersFor(m model.Matter, path string, answers bool) ([]int64, error) {
	able, err := t.officersFor(m, path)
	if err != nil {
		return nil, err
	}
	handled, err := model.WhoHandled(t.DB, m.ID)
	if err != nil {
		return nil, err
	}
	able = slices.DeleteFunc(able, func(o model.Officer) bool {
		return !model.ReportForOthers.AllowedTo(o.Role) || slices.Contains(handled, o.PersonID) && (!answers || o.PersonID != m.EnteredByID)
	})
	if slices.ContainsFunc(able, func(o model.Officer) bool { return o.PersonID == m.EnteredByID }) {
		return []int64{m.EnteredByID}, nil
	}
	var them []int64
	for _, step := range model.Steps {
		for _, o := range able {
			if slices.Contains(step.Roles, o.Role) {
				them = append(them, o.PersonID)
			}
		}
		if len(them) > 0 {
			break
		}
	}
	return them, nil
}
