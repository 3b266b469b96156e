package model

import (
	"slices"
	"time"
)

// Deciders are the levels that decide about a log, the one that knows the volunteer best first. Each
// decides where the one before has nobody, or nobody but the volunteer and who filed the log.
var Deciders = [][]Role{{UnitChief}, {BranchSecretary}, {CommunityStaff, CommunitySecretary}}

// TurnPassesUp is how long a log waits for the level whose turn it is before the ones above may decide
// as well: nobody's hours depend on one person who is away.
const TurnPassesUp = 7 * 24 * time.Hour

// DecidingRoles gives the roles of every level.
func DecidingRoles() []Role { return slices.Concat(Deciders...) }

// TurnOf gives the level whose turn it is among the officers at a place, and those of them who may act.
// The level is len(Deciders) where there is nobody.
func TurnOf(officers []Officer, but ...int64) (level int, them []Officer) {
	for level, roles := range Deciders {
		for _, o := range officers {
			if slices.Contains(roles, o.Role) && !slices.Contains(but, o.PersonID) {
				them = append(them, o)
			}
		}
		if len(them) > 0 {
			return level, them
		}
	}
	return len(Deciders), nil
}

// LevelOf gives the lowest level at which somebody decides at a place; len(Deciders) for nobody there.
func (a Actor) LevelOf(path string, now time.Time) int {
	level := slices.IndexFunc(Deciders, func(roles []Role) bool { return a.HoldsRole(path, now, roles...) })
	if level < 0 {
		return len(Deciders)
	}
	return level
}
