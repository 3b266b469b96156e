// Package ledger is the points book: double-entry, append-only, chained by hash, and the only writer of
// accounts, transfers and entries. It knows units and account keys; it must not know what is bought,
// who asks, or why.
package ledger

import (
	"slices"
	"strconv"
	"strings"
)

// Key names an account: its unit, what it is for, and whose it is, with slashes between.
type Key string

func key(words string, ids ...int64) Key {
	k := words
	for _, id := range ids {
		k += "/" + strconv.FormatInt(id, 10)
	}
	return Key(k)
}

// PersonPoints is what a person has in volunteer points.
func PersonPoints(person int64) Key { return key("points/person", person) }

// PointsIssued is where a community's volunteer points come from.
func PointsIssued(community int64) Key { return key("points/issued", community) }

// PointsRedeemed is where points go that are redeemed for a community's rewards.
func PointsRedeemed(community int64) Key { return key("points/redeemed", community) }

// PointsExpired is where points go that have expired in a district.
func PointsExpired(district int64) Key { return key("points/expired", district) }

// PersonConduct is what a member has in conduct points.
func PersonConduct(person int64) Key { return key("conduct/person", person) }

// ConductGiven is where the conduct points come from that a node gives.
func ConductGiven(node int64) Key { return key("conduct/given", node) }

// MoneyOutside is the world from which a district's money comes, in fen.
func MoneyOutside(district int64) Key { return key("fen/outside", district) }

// Fund is what a district has of a year's money and has not given to a community.
func Fund(district, year int64) Key { return key("fen/fund", district, year) }

// Budget is what a community may still spend of a year's money.
func Budget(community, year int64) Key { return key("fen/budget", community, year) }

// Committed is what a community owes for redemptions that wait to be picked up.
func Committed(community, year int64) Key { return key("fen/committed", community, year) }

// Spent is what a community has spent on rewards that were handed out.
func Spent(community, year int64) Key { return key("fen/spent", community, year) }

// Supplied is where a reward's pieces come from.
func Supplied(reward int64) Key { return key("item/supplied", reward) }

// Shelf is how many pieces of a reward can be redeemed.
func Shelf(reward int64) Key { return key("item/shelf", reward) }

// Reserved is how many pieces of a reward wait to be picked up.
func Reserved(reward int64) Key { return key("item/reserved", reward) }

// Handed is how many pieces of a reward were handed out.
func Handed(reward int64) Key { return key("item/handed", reward) }

// QuotaOpen is where the turns come from that people take of a limited reward in a period.
func QuotaOpen(reward, period int64) Key { return key("quota/open", reward, period) }

// QuotaUsed is how many turns a person has taken of a limited reward in a period.
func QuotaUsed(reward, period, person int64) Key { return key("quota/used", reward, period, person) }

// sources are the accounts from which things come into the book: what they hold is what has come, as a
// negative number. No other account can fall below zero.
var sources = []string{"points/issued", "conduct/given", "fen/outside", "item/supplied", "quota/open"}

// Unit is what the account counts in: the key's first word.
func (k Key) Unit() string { unit, _, _ := strings.Cut(string(k), "/"); return unit }

// MayOwe tells whether the account may fall below zero.
func (k Key) MayOwe() bool {
	words := strings.SplitN(string(k), "/", 3)
	return len(words) == 3 && slices.Contains(sources, words[0]+"/"+words[1])
}
