package service

import (
	"context"

	"danyuan/model"
)

// FoundNode is a place that was looked for, and what it lies in, from the root down.
type FoundNode struct {
	Node  model.Node
	Above []model.Node
}

// FindNodes gives the places in use below a node whose name has the words in it. Names of places are
// nobody's secret.
func (s *Service) FindNodes(ctx context.Context, within int64, words string, slice model.Slice) ([]FoundNode, error) {
	words, err := model.NeedText("query.name", words, maxName, false)
	if err != nil {
		return nil, err
	}
	h := s.DB.Read(ctx)
	top, err := model.NodeByID(h, within)
	if err != nil {
		return nil, err
	}
	nodes, err := model.NodesNamed(h, top.Path, words, slice)
	if err != nil || len(nodes) == 0 {
		return nil, err
	}
	above, err := model.NodesAbove(h, nodes)
	if err != nil {
		return nil, err
	}
	found := make([]FoundNode, len(nodes))
	for i, n := range nodes {
		found[i].Node = n
		for _, id := range model.PathIDs(n.Path) {
			if a, ok := above[id]; ok && id != n.ID {
				found[i].Above = append(found[i].Above, a)
			}
		}
	}
	return found, nil
}
