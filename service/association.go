package service

import (
	"context"
	"fmt"
	"slices"
	"strconv"

	"gorm.io/gorm"

	"danyuan/model"
)

const maxAssociationName = 40

// associationsPage is where the mini-program shows the associations that one leads.
const associationsPage = "pages/associations/mine"

// FoundAssociation founds an association (趣缘联谊会) at a node, led by a person of the neighbourhood.
// Refusals: node.not_found outside the actor's scope, association.node_unfit, association.kind_unknown,
// association.name_taken, person.not_found.
func (s *Service) FoundAssociation(ctx context.Context, cmd Command, node int64, kind model.AssociationKind, name string, lead int64) (model.ListedAssociation, error) {
	name, err := model.NeedText("body.name", name, maxAssociationName, false)
	if err != nil {
		return model.ListedAssociation{}, err
	}
	return inTx(ctx, s, cmd, func(t *tx) (model.ListedAssociation, error) {
		n, err := t.lockNode(node, model.ManageAssociations, model.ErrNodeNotFound)
		if err != nil {
			return model.ListedAssociation{}, err
		}
		if n.Kind.Above(model.Community) {
			return model.ListedAssociation{}, model.ErrAssociationPlace
		}
		if err := t.mayLead(lead, n); err != nil {
			return model.ListedAssociation{}, err
		}
		a := model.Association{NodeID: n.ID, Kind: kind, Name: name, LeadID: lead, FoundedAt: t.now, FoundedByID: t.by.PersonID}
		if err := model.FoundAssociation(t.DB, &a); err != nil {
			return model.ListedAssociation{}, err
		}
		if err := t.audit("association.found", n.ID, "association", a.ID, string(kind)); err != nil {
			return model.ListedAssociation{}, err
		}
		return t.tellLead(a.ID)
	})
}

// mayLead locks the person who is to lead and refuses who does not belong to the node's community, as if
// there were none such.
func (t *tx) mayLead(person int64, n model.Node) error {
	p, err := model.LockPerson(t.DB, person)
	if err != nil {
		return err
	}
	_, community, err := t.around(n)
	if err != nil {
		return err
	}
	home, err := model.NodeByID(t.DB, p.NodeID)
	if err == nil && (p.State != model.PersonHere || !model.Under(home.Path, community)) {
		err = model.ErrPersonNotFound
	}
	if err == nil {
		err = t.needGuardian(p)
	}
	return err
}

// led tells of each association whether its lead leads it: they live in its community.
func led(h *gorm.DB, of ...model.ListedAssociation) (map[int64]bool, error) {
	var above []int64
	for _, a := range of {
		above = append(above, model.PathIDs(a.NodePath)...)
	}
	nodes, err := model.NodesByIDs(h, above)
	led := map[int64]bool{}
	for _, a := range of {
		led[a.ID] = a.LeadState == model.PersonHere && slices.ContainsFunc(nodes, func(n model.Node) bool {
			return n.Kind == model.Community && model.Under(a.NodePath, n.Path) && model.Under(a.LeadPath, n.Path)
		})
	}
	return led, err
}

// leadOf gives an association, and whether somebody is its lead, and leads it, now.
func leadOf(h *gorm.DB, association, person int64) (of model.ListedAssociation, leads bool, err error) {
	if of, err = model.ListedAssociationByID(h, association); err != nil || of.LeadID != person {
		return of, false, err
	}
	all, err := led(h, of)
	return of, all[of.ID], err
}

// tellUnled tells those who look after the associations of somebody who has left that these need another lead, the
// actor too.
func (t *tx) tellUnled(person int64) error {
	theirs, err := model.AssociationsLedBy(t.DB, person)
	if err != nil {
		return err
	}
	const title = "联谊会需要新的负责人"
	for _, a := range theirs {
		body := fmt.Sprintf("“%s”的负责人已经不住在本社区，不能再组织活动。请在管理台的“联谊会”里换一位负责人；没有人接任的，请解散。", a.Name)
		once := fmt.Sprintf("association:%d:unled:%d:%d", a.ID, person, t.now.Unix())
		page := fmt.Sprintf("pages/associations/one?id=%d&at=%d", a.ID, a.NodeID)
		if err := t.tellOfficers(model.ManageAssociations, a.NodePath, NoticeActivity, title, body, page, once); err != nil {
			return err
		}
		if !t.by.May(model.ManageAssociations, a.NodePath, t.now) {
			continue
		}
		if err := t.notify(t.by.PersonID, NoticeActivity, title, body, page, once+":"+strconv.FormatInt(t.by.PersonID, 10)); err != nil {
			return err
		}
	}
	return nil
}

// tellLead tells the lead of an association that they lead it, and gives the association.
func (t *tx) tellLead(id int64) (model.ListedAssociation, error) {
	a, err := model.ListedAssociationByID(t.DB, id)
	if err != nil {
		return a, err
	}
	body := fmt.Sprintf("您是%s“%s”的负责人，可以为联谊会发起活动、组织签到、确认时长。", a.NodeName, a.Name)
	once := fmt.Sprintf("association:%d:lead:%d:%d", a.ID, a.LeadID, t.now.Unix())
	return a, t.notify(a.LeadID, NoticeActivity, "您担任了联谊会负责人", body, associationsPage, once)
}

// HandOverAssociation gives an association another lead. What the one before might do ends at once.
// Refusals: association.not_found outside the actor's scope, association.ended, association.same_lead,
// person.not_found.
func (s *Service) HandOverAssociation(ctx context.Context, cmd Command, id, lead int64) (model.ListedAssociation, error) {
	return s.adjustAssociation(ctx, cmd, id, func(t *tx, n model.Node, a model.Association) (model.ListedAssociation, error) {
		if a.LeadID == lead && a.EndedAt == nil {
			return model.ListedAssociation{}, model.ErrAssociationSameLead
		}
		if err := t.mayLead(lead, n); err != nil {
			return model.ListedAssociation{}, err
		}
		if err := model.LeadAssociation(t.DB, id, lead); err != nil {
			return model.ListedAssociation{}, err
		}
		if err := t.audit("association.hand_over", n.ID, "association", id, "from="+strconv.FormatInt(a.LeadID, 10)); err != nil {
			return model.ListedAssociation{}, err
		}
		body := fmt.Sprintf("您不再是“%s”的负责人。谢谢您为大家做的一切。", a.Name)
		once := fmt.Sprintf("association:%d:left:%d:%d", id, a.LeadID, t.now.Unix())
		if err := t.notify(a.LeadID, NoticeActivity, "联谊会换了负责人", body, associationsPage, once); err != nil {
			return model.ListedAssociation{}, err
		}
		return t.tellLead(id)
	})
}

// EndAssociation dissolves an association, with a reason that its lead reads. Its activities go on; who
// holds a role there organises them. Refusals: association.not_found outside the actor's scope,
// association.ended.
func (s *Service) EndAssociation(ctx context.Context, cmd Command, id int64, reason string) (model.ListedAssociation, error) {
	reason, err := model.NeedText("body.reason", reason, maxReason, false)
	if err != nil {
		return model.ListedAssociation{}, err
	}
	return s.adjustAssociation(ctx, cmd, id, func(t *tx, _ model.Node, a model.Association) (model.ListedAssociation, error) {
		if err := t.endAssociation(a, reason); err != nil {
			return model.ListedAssociation{}, err
		}
		return model.ListedAssociationByID(t.DB, id)
	})
}

// endAssociation ends without asking.
func (t *tx) endAssociation(a model.Association, reason string) error {
	if err := model.EndAssociation(t.DB, a.ID, t.by.PersonID, reason, t.now); err != nil {
		return err
	}
	body := fmt.Sprintf("“%s”已经解散，原因：%s。", a.Name, reason)
	if err := t.notify(a.LeadID, NoticeActivity, "联谊会已解散", body, associationsPage, fmt.Sprintf("association:%d:ended", a.ID)); err != nil {
		return err
	}
	return t.audit("association.end", a.NodeID, "association", a.ID, "")
}

// carryAssociation makes an association of a grid that is merged or split its community's. Where that has one of its
// name, the grid's goes before it.
func (t *tx) carryAssociation(a model.Association, grid, community model.Node) error {
	taken, err := model.AssociationNamed(t.DB, community.ID, a.Name)
	if err != nil {
		return err
	}
	name := []rune(a.Name)
	if taken {
		before := []rune(grid.Name)
		name = append(before[:min(len(before), maxAssociationName-len(name))], name...)
	}
	if err := model.CarryAssociation(t.DB, a.ID, community.ID, string(name)); err != nil {
		return err
	}
	body := fmt.Sprintf("“%s”已经调整，“%s”从现在起归%s，名称是“%s”。负责人和活动不变。", grid.Name, a.Name, community.Name, string(name))
	once := fmt.Sprintf("association:%d:carried:%d", a.ID, grid.ID)
	if err := t.notify(a.LeadID, NoticeActivity, "联谊会改归社区", body, associationsPage, once); err != nil {
		return err
	}
	return t.audit("association.carry", community.ID, "association", a.ID, "")
}

// adjustAssociation does something to an association that the actor may adjust, its node locked.
func (s *Service) adjustAssociation(ctx context.Context, cmd Command, id int64,
	do func(t *tx, n model.Node, a model.Association) (model.ListedAssociation, error),
) (model.ListedAssociation, error) {
	// Where it stands is what must be locked first.
	standing, err := model.AssociationByID(s.DB.Read(ctx), id)
	if err != nil {
		return model.ListedAssociation{}, err
	}
	return inTx(ctx, s, cmd, func(t *tx) (model.ListedAssociation, error) {
		n, err := model.LockNode(t.DB, standing.NodeID)
		if err != nil {
			return model.ListedAssociation{}, err
		}
		if !t.by.May(model.ManageAssociations, n.Path, t.now) {
			return model.ListedAssociation{}, model.ErrAssociationNotFound
		}
		a, err := model.AssociationByID(t.DB, id)
		switch {
		case err != nil:
			return model.ListedAssociation{}, err
		case a.NodeID != n.ID:
			return model.ListedAssociation{}, ErrBusy // its grid was merged or split a moment ago
		}
		return do(t, n, a)
	})
}

// SeenAssociation is an association as somebody may see it.
type SeenAssociation struct {
	model.ListedAssociation
	WholeName bool // of the lead
	Unled     bool // its lead has moved away
}

// AssociationsOf lists those in being at a node and below it: what a place offers is no secret. Who lives
// in the community concerned, or looks after people there, sees the lead's whole name.
func (s *Service) AssociationsOf(ctx context.Context, by model.Actor, node int64, cut model.Slice) ([]SeenAssociation, error) {
	h := s.DB.Read(ctx)
	n, err := model.NodeByID(h, node)
	if err != nil {
		return nil, err
	}
	rows, err := model.AssociationsUnder(h, n.Path, cut)
	if err != nil {
		return nil, err
	}
	return s.seenBy(h, by, rows)
}

// MyAssociations lists those in being that the actor leads, the newest first, without those of a place that they have
// moved away from. Nobody leads many: the caller shows as many as it wants of those after the cut.
func (s *Service) MyAssociations(ctx context.Context, by model.Actor, cut model.Slice) ([]SeenAssociation, error) {
	h := s.DB.Read(ctx)
	rows, err := model.AssociationsLedBy(h, by.PersonID)
	if err != nil {
		return nil, err
	}
	seen, err := s.seenBy(h, by, rows)
	return slices.DeleteFunc(seen, func(a SeenAssociation) bool { return a.Unled || cut.After > 0 && a.ID >= cut.After }), err
}

func (s *Service) seenBy(h *gorm.DB, by model.Actor, rows []model.ListedAssociation) ([]SeenAssociation, error) {
	led, err := led(h, rows...)
	out := make([]SeenAssociation, len(rows))
	for i, a := range rows {
		near := slices.Contains(model.PathIDs(by.Path), a.NodeID)
		out[i] = SeenAssociation{a, near || a.LeadID == by.PersonID || by.May(model.ListPeople, a.NodePath, s.now()), !led[a.ID]}
	}
	return out, err
}
