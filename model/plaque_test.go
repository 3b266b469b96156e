package model_test

import (
	"slices"
	"testing"

	"danyuan/model"
)

// The moves are written out here a second time: the table itself must not slip.
func TestPlaqueAndCheckIn_moveOnlyAsAgreed(t *testing.T) {
	plaques := []string{"applied approved", "applied refused", "approved installed", "approved removed", "installed removed"}
	for _, from := range []model.PlaqueState{model.PlaqueApplied, model.PlaqueApproved, model.PlaqueRefused, model.PlaqueInstalled, model.PlaqueRemoved} {
		for _, to := range []model.PlaqueState{model.PlaqueApplied, model.PlaqueApproved, model.PlaqueRefused, model.PlaqueInstalled, model.PlaqueRemoved} {
			if from.MayBecome(to) != slices.Contains(plaques, string(from+" "+to)) {
				t.Errorf("plaque: %s → %s", from, to)
			}
		}
	}
	checkIns := []string{"pending accepted", "pending refused", "pending ended", "accepted ended"}
	for _, from := range []model.CheckInState{model.CheckInPending, model.CheckInAccepted, model.CheckInRefused, model.CheckInEnded} {
		for _, to := range []model.CheckInState{model.CheckInPending, model.CheckInAccepted, model.CheckInRefused, model.CheckInEnded} {
			if from.MayBecome(to) != slices.Contains(checkIns, string(from+" "+to)) {
				t.Errorf("check-in: %s → %s", from, to)
			}
		}
	}
}
