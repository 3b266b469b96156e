package service

import (
	"context"
	"fmt"

	"danyuan/model"
)

// CloseNode takes a grid, building or unit out of use that nothing and nobody is left in: no child, no
// resident, no claim, plaque or matter under way.
func (s *Service) CloseNode(ctx context.Context, cmd Command, id int64, reason string) (model.Node, error) {
	reason, err := model.NeedText("body.reason", reason, maxReason, false)
	if err != nil {
		return model.Node{}, err
	}
	return inTx(ctx, s, cmd, func(t *tx) (model.Node, error) {
		if err := model.LockOrg(t.DB); err != nil {
			return model.Node{}, err
		}
		n, err := t.adjustable(id)
		if err != nil {
			return n, err
		}
		if err := t.empty(id); err != nil {
			return n, err
		}
		if _, err := t.endNode(n, model.NodeClosed, reason); err != nil {
			return n, err
		}
		n.State, n.EndedAt = model.NodeClosed, &t.now
		return n, t.step(n, model.NodeChange{What: model.StepClosed, NameBefore: n.Name, ParentBefore: n.ParentID, Reason: reason})
	})
}

// empty locks a node and refuses unless nothing hangs on it. Whoever adds something to it locks it too.
func (t *tx) empty(id int64) error {
	if _, err := model.LockNode(t.DB, id); err != nil {
		return err
	}
	for _, count := range []func() (int64, error){
		func() (int64, error) { return model.CountChildren(t.DB, id) },
		func() (int64, error) { return model.CountHoused(t.DB, id) },
		func() (int64, error) { return model.CountPendingBindings(t.DB, id) },
		func() (int64, error) { return model.CountOpenPlaques(t.DB, id) },
		func() (int64, error) { return model.CountOpenMattersAt(t.DB, id) },
	} {
		n, err := count()
		if err != nil {
			return err
		}
		if n > 0 {
			return model.ErrNodeInUse
		}
	}
	return nil
}

// endNode takes a node out of use and leaves nothing hanging on it: roles end and their holders hear
// of it, the Party organisation is dissolved, codes are revoked, the WeChat group is untied, associations
// of a node that is closed end, and activities, those who belong to the node, and the associations of a grid that is
// merged or split belong to its community from now on. It gives the Party organisation that it
// dissolved, nil when there was none. The caller holds LockOrg.
func (t *tx) endNode(n model.Node, state model.NodeState, reason string) (*model.PartyOrg, error) {
	community, err := t.communityOf(n)
	if err != nil {
		return nil, err
	}
	if err := model.EndNode(t.DB, n.ID, state, t.now); err != nil {
		return nil, err
	}
	if err := t.endRolesAt(n, reason); err != nil {
		return nil, err
	}
	org, err := model.PartyOrgOf(t.DB, n.ID)
	if err != nil {
		return nil, err
	}
	if org != nil {
		if err := t.dissolve(*org, reason); err != nil {
			return nil, err
		}
	}
	if err := model.RevokeCodesAt(t.DB, n.ID, t.by.PersonID, reason, t.now); err != nil {
		return nil, err
	}
	group, err := model.GroupOfUnit(t.DB, n.ID)
	if err != nil {
		return nil, err
	}
	if group != nil {
		if err := model.EndUnitGroup(t.DB, group.ID, t.by.PersonID, t.now); err != nil {
			return nil, err
		}
	}
	if err := t.endActivitiesAt(n, community, state, reason); err != nil {
		return nil, err
	}
	t.touch(model.NodeTopic(n.ID))
	return org, model.MoveServing(t.DB, n.ID, community.ID, t.now)
}

// endActivitiesAt ends the associations of a node that is closed, or carries those of one that lives on in others; its
// activities that are not over are the community's from now on.
func (t *tx) endActivitiesAt(n, community model.Node, state model.NodeState, reason string) error {
	associations, err := model.AssociationsAt(t.DB, n.ID)
	if err != nil {
		return err
	}
	for _, a := range associations {
		if state == model.NodeClosed {
			err = t.endAssociation(a, reason)
		} else {
			err = t.carryAssociation(a, n, community)
		}
		if err != nil {
			return err
		}
	}
	t.touch(model.NodeTopic(community.ID))
	return model.CarryActivities(t.DB, n.ID, community.ID, t.now)
}

// endRolesAt ends what runs or will run at a node.
func (t *tx) endRolesAt(n model.Node, reason string) error {
	running, err := model.RunningRoles(t.DB, n.ID, t.now)
	if err != nil {
		return err
	}
	for _, a := range running {
		if err := t.endRole(a, t.now, reason); err != nil {
			return err
		}
		body := fmt.Sprintf("“%s”已经调整撤销，您担任的%s从现在起结束。原因：%s。如有新的安排，社区会另行任命。", n.Name, a.Role.Title(), reason)
		if err := t.notify(a.PersonID, NoticeRole, "任职结束", body, rolesPage, fmt.Sprintf("role:%d:ended", a.ID)); err != nil {
			return err
		}
	}
	return nil
}
