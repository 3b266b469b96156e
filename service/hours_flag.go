package service

import (
	"context"
	"fmt"
	"slices"
	"time"

	"danyuan/model"
)

// occasion is when a rule looks.
type occasion uint8

const (
	onFiling occasion = 1 << iota
	onConfirming
)

// FlagRule is a pattern that the branch is told of. A flag blocks nothing: somebody looks, and clears it.
type FlagRule struct {
	Code, Title, Text string
	on                occasion
	find              func(t *tx, list []model.Hours) ([]model.Flag, error) // in one statement or two for the whole list
}

// What the rules measure by.
const (
	flagWeekMinutes  = 40 * 60             // in one week, Monday to Sunday
	flagLateAfter    = 14 * 24 * time.Hour // between service and log
	flagSameTexts    = 5                   // logs of one place with the same text…
	flagSameTextDays = 30                  // …in so many days
	flagCapPercent   = 90                  // of the day's cap, up to the cap
	flagCapTimes     = 5                   // days like that…
	flagCapDays      = 30                  // …in so many days
	flagFewLogs      = 10                  // logs that somebody has confirmed…
	flagFewPeople    = 2                   // …of no more people than these
	flagConfirmDays  = 90                  // how far back confirmers are looked at
)

// flagRules is the table of them.
var flagRules = []FlagRule{
	{"long_week", "一周时间过长", "一周（周一至周日）的服务超过40小时", onFiling | onConfirming, (*tx).findLongWeeks},
	{"copied_text", "内容雷同", "同一单元30天内有5条以上文字相同的服务记录", onFiling, (*tx).findCopiedTexts},
	{"late_entry", "补记过晚", "服务结束14天以后才填报", onFiling, (*tx).findLateEntries},
	{"over_cap", "超过每日上限", "一天的服务超过计积分的每日上限", onConfirming, (*tx).findDaysOverCap},
	{"near_cap", "总在上限附近", "30天内有5天以上的服务恰好在每日上限的九成以上、又不超过上限", onConfirming, (*tx).findNearCap},
	{"few_confirmed", "确认人只确认少数人", "一位确认人90天内确认了10条以上，只属于一两个人", onConfirming, (*tx).findFewConfirmed},
	{"mutual", "互相确认", "两个人90天内互相确认了对方的服务记录", onConfirming, (*tx).findMutual},
}

// FlagRules gives the rules, for those who look at flags.
func (s *Service) FlagRules() []FlagRule { return flagRules }

// FlagTitle gives what a rule is called.
func FlagTitle(code string) string {
	for _, r := range flagRules {
		if r.Code == code {
			return r.Title
		}
	}
	return code
}

// raiseFlags looks at hours that were just filed, confirmed or corrected (which is both), and tells the branch of what is new.
func (t *tx) raiseFlags(list []model.Hours, on occasion) error {
	var found []model.Flag
	for _, r := range flagRules {
		if r.on&on == 0 {
			continue
		}
		flags, err := r.find(t, list)
		if err != nil {
			return err
		}
		for i := range flags {
			flags[i].RuleCode = r.Code
		}
		found = append(found, flags...)
	}
	if len(found) == 0 {
		return nil
	}
	found, err := model.NewFlags(t.DB, found)
	if err != nil || len(found) == 0 {
		return err
	}
	if err := model.AddFlags(t.DB, found); err != nil {
		return err
	}
	return t.tellFlags(found)
}

// flagOf makes a flag; about names the pattern, which is flagged once.
func (t *tx) flagOf(h model.Hours, detail, about string, ids ...any) model.Flag {
	return model.Flag{HoursID: h.ID, PersonID: h.PersonID, NodeID: h.NodeID, Detail: detail, RaisedAt: t.now, OnceKey: fmt.Sprintf(about, ids...)}
}

// tellFlags tells those who watch over each place, once for all of its flags.
func (t *tx) tellFlags(flags []model.Flag) error {
	first, count := map[int64]model.Flag{}, map[int64]int{}
	var nodes []int64
	for _, f := range flags {
		if count[f.NodeID]++; count[f.NodeID] == 1 {
			first[f.NodeID] = f
			nodes = append(nodes, f.NodeID)
		}
	}
	places, err := model.PlacesOf(t.DB, nodes...)
	if err != nil {
		return err
	}
	for _, id := range nodes {
		f := first[id]
		body := fmt.Sprintf("有%d条服务记录提醒（%s等），请核对。提醒不影响时长和积分，核对后请填写结果。", count[id], FlagTitle(f.RuleCode))
		if count[id] == 1 {
			body = "有1条服务记录提醒：" + FlagTitle(f.RuleCode) + "。提醒不影响时长和积分，核对后请填写结果。"
		}
		if err := t.tellOfficers(model.WatchHours, places[id].Path, NoticeHours, "有服务记录需要核对", body, flagsPage, "flag:"+f.OnceKey); err != nil {
			return err
		}
		if err := t.audit("flag.raise", id, "hours", f.HoursID, fmt.Sprintf("%s, %d in all", f.RuleCode, count[id])); err != nil {
			return err
		}
	}
	return nil
}

// FlagsAt lists the flags at a node and below, the newest first; with those that were cleared if asked.
func (s *Service) FlagsAt(ctx context.Context, by model.Actor, node int64, cleared bool, slice model.Slice) ([]model.ListedFlag, error) {
	n, err := s.nodeFor(ctx, by, node, model.WatchHours, model.ErrNodeNotFound)
	if err != nil {
		return nil, err
	}
	rows, err := model.FlagsUnder(s.DB.Read(ctx), n.Path, cleared, slice)
	for i, f := range rows {
		rows[i] = flagSeenBy(by, f, s.now())
	}
	return rows, err
}

// ClearFlag writes down what somebody found who looked. Refusals: flag.not_found outside the actor's
// scope, flag.own for the volunteer and for who confirmed or corrected the hours, flag.cleared_already.
func (s *Service) ClearFlag(ctx context.Context, cmd Command, id int64, note string) (model.ListedFlag, error) {
	none := model.ListedFlag{}
	note, err := model.NeedText("body.note", note, maxReason, false)
	if err != nil {
		return none, err
	}
	return inTx(ctx, s, cmd, func(t *tx) (model.ListedFlag, error) {
		f, err := model.ListedFlagByID(t.DB, id)
		switch {
		case err != nil:
			return none, err
		case !t.by.May(model.WatchHours, f.NodePath, t.now):
			return none, model.ErrFlagNotFound
		case f.PersonID == t.by.PersonID || f.DecidedBy == t.by.PersonID:
			return none, model.ErrFlagOwn
		}
		if err := t.needNoCorrector(f.HoursID); err != nil {
			return none, err
		}
		if err := model.ClearFlag(t.DB, id, t.by.PersonID, note, t.now); err != nil {
			return none, err
		}
		if err := t.audit("flag.clear", f.NodeID, "flag", id, f.RuleCode); err != nil {
			return none, err
		}
		f, err = model.ListedFlagByID(t.DB, id)
		return flagSeenBy(t.by, f, t.now), err
	})
}

// needNoCorrector refuses whoever has granted a correction of hours: what is flagged may be theirs.
func (t *tx) needNoCorrector(hours int64) error {
	changes, err := model.HoursChangesOf(t.DB, hours)
	if slices.ContainsFunc(changes, func(c model.HoursChange) bool { return c.What == hoursCorrected && c.ByPersonID == t.by.PersonID }) {
		err = model.ErrFlagOwn
	}
	return err
}
