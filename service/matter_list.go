package service

import (
	"context"

	"danyuan/model"
)

// MyMatters lists what the actor has reported, the newest first.
func (s *Service) MyMatters(ctx context.Context, by model.Actor, slice model.Slice) ([]model.ListedMatter, error) {
	return model.MattersOf(s.DB.Read(ctx), by.PersonID, slice)
}

// JoinedMatters lists what the actor has joined, the newest first, as a neighbour may know it.
func (s *Service) JoinedMatters(ctx context.Context, by model.Actor, slice model.Slice) ([]model.ListedMatter, error) {
	all, err := model.MattersJoined(s.DB.Read(ctx), by.PersonID, slice)
	for i := range all {
		all[i] = asNeighbour(all[i])
	}
	return all, err
}

// MatterCategories gives the categories that take reports.
func (s *Service) MatterCategories(ctx context.Context) ([]model.MatterCategory, error) {
	return model.MatterCategories(s.DB.Read(ctx), false)
}
