package service

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"danyuan/model"
)

// toldToReporter are the words that a reporter, and who joined them, is told of a move with; %s is the
// step where the matter is then.
var toldToReporter = map[model.MatterMove][2]string{
	model.MoveAccept:  {"您上报的事项已受理", "您上报的事项已由%s受理，正在办理。"},
	model.MoveResolve: {"您上报的事项已办结，请评价", "您上报的事项已由%s办结。请看看是否解决，点进去评价；7天没有评价的自动销号。"},
	model.MovePassUp:  {"您上报的事项已转交上级", "您上报的事项已转交%s办理。"},
	model.MoveReturn:  {"您上报的事项已转交", "您上报的事项已转交%s办理。"},
	model.MoveAsk:     {"请补充您上报的事项", "%s请您补充一些情况，补充以后继续办理。"},
	model.MoveRaise:   {"您上报的事项已升级办理", "您上报的事项没有在时限内办理，已自动转交%s。"},
	model.MoveLapse:   {"您上报的事项已销号", "您上报的事项办结7天没有收到评价，已经销号。如果没有解决，请重新上报。"},
}

// onlyReporter are those of them that are between the reporter and the officers.
var onlyReporter = []model.MatterMove{model.MoveReturn, model.MoveAsk}

// toldToOfficers are the words that those who work at the matter's step are told of a move with.
var toldToOfficers = map[model.MatterMove][2]string{
	model.MoveReport:   {"有新的事项待受理", "%s有人上报了事项，请受理。"},
	model.MovePassUp:   {"有事项转交给您", "%s有一件事项由下级转来，请受理。"},
	model.MoveReturn:   {"有事项退回给您", "%s有一件事项由上级退回，请受理。"},
	model.MoveReassign: {"有事项改派给您", "%s有一件事项改派给您，请受理。"},
	model.MoveReopen:   {"有事项没有解决，重新办理", "%s有一件事项上报人认为没有解决或不满意，请重新受理。"},
	model.MoveAnswer:   {"上报人已补充", "%s有一件事项上报人已经补充，请继续办理。"},
	model.MoveWithdraw: {"有事项已撤回", "%s有一件事项上报人已经撤回，不用再办理。"},
	model.MoveSatisfy:  {"有事项评价为满意", "%s有一件事项上报人评价为满意，已经销号。"},
	model.MoveWarn:     {"有事项快到时限", "%s有一件事项快到时限，请尽快办理。"},
	model.MoveRaise:    {"有事项超时升级", "%s有一件事项下级没有在时限内办理，已经升级，请受理。"},
	model.MoveTakeBack: {"有事项转给您", "%s有一件事项，原来的承办人已经不再任职，现在转给您，请受理。"},
	model.MoveOverdue:  {"有事项已经超时", "%s有一件事项已经超过时限，请马上办理。"},
}

// toldToFormer are the words that those are told of a move with who have the matter no more; %s is where it is now.
var toldToFormer = map[model.MatterMove][2]string{
	model.MoveRaise:    {"有事项超时，已转交上级", "您手上有一件事项没有在时限内办理，已自动转交%s。"},
	model.MoveReassign: {"有事项已改派", "您手上有一件%s的事项已经改派给别的同志，您不用再办理。"},
}

// tellMoved tells of a move: the reporter, or who speaks for them, who joined them, and those who work where the matter
// is now; of one that time has raised, or somebody has given away, also those who have it no more.
func (t *tx) tellMoved(m model.Matter, at model.Node, e model.MatterEvent, before *model.Matter) error {
	once := func(whom string) string { return fmt.Sprintf("matter:%d:%d:%s", m.ID, e.Seq, whom) }
	news, err := t.newsForReporter(m, e, once)
	if err != nil {
		return err
	}
	forThem, err := t.newsForSpeakers(m, at.Path, e, once)
	if err != nil {
		return err
	}
	news = append(news, forThem...)
	if words, ok := toldToOfficers[e.Move]; ok {
		them := []int64{m.HandlerID} // may be given it, as has just been seen
		if e.Move != model.MoveReassign {
			if them, err = t.workingOn(m, at.Path); err != nil {
				return err
			}
		}
		if m.Urgent && e.State == model.MatterReported {
			words[0] = "紧急：" + words[0]
		}
		if e.Move == model.MoveWarn && m.Step.Level() < len(model.Steps)-1 {
			words[1] += "到时限会自动转交上一级。"
		}
		news = tellEach(news, them, t.by.PersonID, words[0], fmt.Sprintf(words[1], at.Name), matterPage(m.ID), once)
	}
	if before != nil {
		if news, err = t.tellFormer(news, m, at, e, *before, once); err != nil {
			return err
		}
	}
	return t.notifyMany(news)
}

// tellFormer adds what they are told who have the matter no more. Whoever had it given to them can't open it now, nor
// can the chief from whose desk it is given away.
func (t *tx) tellFormer(news []told, m model.Matter, at model.Node, e model.MatterEvent, before model.Matter, once func(string) string) ([]told, error) {
	words, ok := toldToFormer[e.Move]
	if !ok {
		return news, nil
	}
	them, err := t.workingOn(before, at.Path)
	page, where := pageDesk, at.Name
	if e.Move == model.MoveRaise {
		where = m.Step.Title()
		if before.HandlerID == 0 {
			page = matterPage(m.ID)
		}
	}
	return tellEach(news, them, t.by.PersonID, words[0], fmt.Sprintf(words[1], where), page, once), err
}

// newsForReporter gives what the reporter, and who joined them, is told of a move.
func (t *tx) newsForReporter(m model.Matter, e model.MatterEvent, once func(string) string) (news []told, err error) {
	if e.Move == model.MoveReport && m.EnteredByID != 0 {
		body := t.by.Name + "代您上报了一件事，办理的进展会告诉您。如果不是您的意思，请联系社区。"
		news = append(news, told{m.ReporterID, NoticeMatter, "有人代您上报了事项", body, matterPage(m.ID), once("entered")})
	}
	if e.Move == model.MoveWithdraw {
		joiners, err := model.MatterJoiners(t.DB, m.ID)
		return tellEach(news, joiners, 0, "您加入的事项已撤回", "您加入的事项，上报人已经撤回，不再办理。如果问题还在，请您自己上报。", matterPage(m.ID), once), err
	}
	words, ok := toldToReporter[e.Move]
	if !ok {
		return news, nil
	}
	body := words[1]
	if strings.Contains(body, "%s") {
		body = fmt.Sprintf(body, m.Step.Title())
	}
	news = append(news, told{m.ReporterID, NoticeMatter, words[0], body, matterPage(m.ID), once(fmt.Sprint(m.ReporterID))})
	if slices.Contains(onlyReporter, e.Move) {
		return news, nil
	}
	joiners, err := model.MatterJoiners(t.DB, m.ID)
	return tellEach(news, joiners, 0, "您加入的事项有了进展", "您加入的事项有了进展："+e.Move.Title()+"。请点进去看。", matterPage(m.ID), once), err
}

func tellEach(news []told, people []int64, but int64, title, body, page string, once func(string) string) []told {
	for _, p := range people {
		if p != but && !slices.ContainsFunc(news, func(n told) bool { return n.person == p }) {
			news = append(news, told{p, NoticeMatter, title, body, page, once(fmt.Sprint(p))})
		}
	}
	return news
}

// workingOn gives who works at the step where a matter is: its handler, or whoever holds a role there. From a handler
// who may not be given it any more it is taken back in its time: they hear of it no more.
func (t *tx) workingOn(m model.Matter, path string) ([]int64, error) {
	if m.HandlerID != 0 {
		err := t.needGivenTo(m, m.HandlerID)
		if errors.Is(err, model.ErrMatterWhom) {
			return nil, nil
		}
		return []int64{m.HandlerID}, err
	}
	able, err := t.officersFor(m, path)
	if err != nil {
		return nil, err
	}
	var them []int64
	for _, o := range able {
		if slices.Contains(model.Steps[m.Step.Level()].Roles, o.Role) && !slices.Contains(them, o.PersonID) {
			them = append(them, o.PersonID)
		}
	}
	return them, nil
}
