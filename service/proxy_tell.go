package service

import (
	"errors"
	"fmt"
	"slices"

	"danyuan/model"
)

// proxyNews is what is told of what somebody has entered for a person who has no account, and so reads nothing.
type proxyNews struct {
	person, enteredBy int64
	action            model.Action // by which it was entered
	kind, title, once string
	body              func(name string) string // name is masked
}

// tellProxies tells who has entered something for a person without an account what has become of it, as long as they may
// do so where the person lives; or else whoever may, the level that knows the person best. It costs nothing where
// somebody has entered it themselves.
func (t *tx) tellProxies(n proxyNews) error {
	if n.enteredBy == 0 || n.enteredBy == n.person {
		return nil
	}
	if b, err := model.ActiveBindingOfPerson(t.DB, n.person); err != nil || b != nil {
		return err
	}
	p, err := model.PersonByID(t.DB, n.person)
	if err != nil {
		return err
	}
	home, err := model.NodeByID(t.DB, p.NodeID)
	if err != nil {
		return err
	}
	officers, err := model.OfficersAt(t.DB, model.PathIDs(home.Path), t.now, n.action.PermittedRoles()...)
	if err != nil {
		return err
	}
	them := []int64{n.enteredBy}
	if !slices.ContainsFunc(officers, func(o model.Officer) bool { return o.PersonID == n.enteredBy }) {
		them = nil
		_, next := model.TurnOf(officers, n.person)
		for _, o := range next {
			them = append(them, o.PersonID)
		}
	}
	var news []told
	for _, who := range slices.Compact(slices.Sorted(slices.Values(them))) {
		if who != t.by.PersonID {
			news = append(news, told{who, n.kind, n.title, n.body(model.MaskName(p.Name)), pageDesk, fmt.Sprintf("%s:proxy:%d", n.once, who)})
		}
	}
	return t.notifyMany(news)
}

// tellHoursProxies tells it of hours.
func (t *tx) tellHoursProxies(h model.Hours, what, title, became string) error {
	return t.tellProxies(proxyNews{h.PersonID, h.EnteredByID, model.EnterHours, NoticeHours, title, onceForHours(h.ID, what), func(name string) string {
		return "代" + name + "填报的" + spanText(h) + "的志愿服务" + became + "请告诉本人。"
	}})
}

// tellRedemptionProxies tells it of a redemption. Its code they do not have any more.
func (t *tx) tellRedemptionProxies(r model.Redemption, title, became, once string) error {
	return t.tellProxies(proxyNews{r.PersonID, r.EnteredByID, model.RedeemForOthers, NoticeRedemption, title, once, func(name string) string {
		return "代" + name + "兑换的" + r.RewardName + became
	}})
}

// tellAsker tells who has asked for a correction on behalf of somebody what has become of it: a guardian who acts for
// them, or an officer for a person without an account. refusal is why it was refused, "" where it was granted.
func (t *tx) tellAsker(c model.Correction, h model.Hours, refusal string) error {
	if c.AskedByID == c.PersonID {
		return nil
	}
	title, became := "代为申请的更正已办理", "已经更正。"
	if refusal != "" {
		title, became = "代为申请的更正未通过", "更正申请没有通过，原因："+refusal+"。"
	}
	once := fmt.Sprintf("correction:%d:%s", c.ID, c.State)
	child, err := t.guardedBy(c.PersonID, c.AskedByID)
	if err == nil {
		body := model.MaskName(child.Name) + spanText(h) + "的志愿服务，" + became
		return t.notify(c.AskedByID, NoticeHours, title, body, pageChildren, once+":guardian")
	}
	if !errors.Is(err, model.ErrChildNotFound) {
		return err
	}
	return t.tellProxies(proxyNews{c.PersonID, c.AskedByID, model.EnterHours, NoticeHours, title, once, func(name string) string {
		return name + spanText(h) + "的志愿服务，" + became + "请告诉本人。"
	}})
}
