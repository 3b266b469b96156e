package service

import (
	"context"
	"errors"
	"strconv"
	"strings"
	"unicode"

	"danyuan/fault"
	"danyuan/model"
)

// The longest texts of each kind, in characters, as their columns and the API's description say.
const maxName, maxRoom, maxReason = 40, 20, 200

// cleanName gives a person's name as it is stored, however it was typed.
func cleanName(field, typed string) (string, error) {
	return model.NeedText(field, joinHan(typed), maxName, false)
}

// joinHan takes out the spaces that people put into short Chinese names to make columns even.
func joinHan(name string) string {
	for _, r := range name {
		if !unicode.IsSpace(r) && !unicode.Is(unicode.Han, r) {
			return name
		}
	}
	return strings.Join(strings.Fields(name), "")
}

// lockNode locks a node in which the actor may do the action, and gives it. Outside the actor's scope
// the answer is missing, as if there were none; a node that is no longer in use is refused.
func (t *tx) lockNode(id int64, action model.Action, missing *fault.Fault) (model.Node, error) {
	n, err := model.LockNode(t.DB, id)
	switch {
	case errors.Is(err, model.ErrNodeNotFound), err == nil && !t.by.May(action, n.Path, t.now):
		return n, missing
	case err == nil && n.State != model.NodeActive:
		return n, model.ErrNodeEnded
	}
	return n, err
}

// nodeFor gives a node in any state in which the actor may do the action; else missing.
func (s *Service) nodeFor(ctx context.Context, by model.Actor, id int64, action model.Action, missing *fault.Fault) (model.Node, error) {
	n, err := model.NodeByID(s.DB.Read(ctx), id)
	if errors.Is(err, model.ErrNodeNotFound) || err == nil && !by.May(action, n.Path, s.now()) {
		return n, missing
	}
	return n, err
}

// tellOfficers puts a notice into the inbox of everybody who may do the action at a node, the actor
// apart. once makes the same news reach each of them once.
func (t *tx) tellOfficers(action model.Action, path, kind, title, body, page, once string) error {
	return t.tellHolders(action.PermittedRoles(), path, kind, title, body, page, once)
}

// tellHolders is tellOfficers for those who hold one of the roles.
func (t *tx) tellHolders(roles []model.Role, path, kind, title, body, page, once string) error {
	officers, err := model.OfficersAt(t.DB, model.PathIDs(path), t.now, roles...)
	if err != nil {
		return err
	}
	told := map[int64]bool{t.by.PersonID: true}
	for _, o := range officers {
		if told[o.PersonID] {
			continue
		}
		told[o.PersonID] = true
		if err := t.notify(o.PersonID, kind, title, body, page, once+":"+strconv.FormatInt(o.PersonID, 10)); err != nil {
			return err
		}
	}
	return nil
}
