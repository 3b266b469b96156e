package demo

import (
	"fmt"
	"slices"
	"time"

	"danyuan/model"
	"danyuan/service"
	"danyuan/service/ledger"
	"danyuan/service/outbox"
)

// volunteers are the district's people who have served: their hours, what they earned, and what they
// redeemed it for, on the ledger of a community.
type volunteers struct {
	*seed
	community, district int64
	book                *ledger.Book
	hours               []model.Hours
	redemptions         []model.Redemption
}

// What an hour earns by the rule that every installation begins with.
const perHour = 10

// served are the kinds of service that the demo's people do, and what they write of it.
var served = []struct{ kind, content, place string }{
	{"environment", "清理楼道杂物，冲洗单元门口", "单元楼道"},
	{"patrol", "晚间巡查，提醒关好门窗", "小区内"},
	{"elderly", "陪独居老人看病、取药", "社区卫生服务站"},
	{"repair", "帮邻居修水龙头、换灯泡", "邻居家"},
	{"publicity", "上门讲解医保缴费", "本网格"},
	{"traffic", "路口文明劝导", "人民路路口"},
}

func (s *seed) volunteers(community model.Node) *volunteers {
	return &volunteers{seed: s, community: community.ID, district: model.PathIDs(community.Path)[0], book: ledger.NewBook()}
}

// serve has a person serve for some minutes, that many days ago, confirmed by somebody else.
func (v *volunteers) serve(p model.Person, confirmer int64, daysAgo int, minutes int64) {
	midnight := model.BeijingMidnight(v.now).AddDate(0, 0, -daysAgo)
	starts := midnight.Add(time.Duration(9+v.rand.IntN(9)) * time.Hour)
	ends := starts.Add(time.Duration(minutes) * time.Minute)
	decided := ends.Add(time.Duration(1+v.rand.IntN(20)) * time.Hour)
	what := served[v.rand.IntN(len(served))]
	transfer := model.NewID(decided)
	v.hours = append(v.hours, model.Hours{
		PersonID: p.ID, Source: model.FromLog, NodeID: p.NodeID, Kind: what.kind, Content: what.content, Place: what.place,
		StartsAt: starts, EndsAt: &ends, Minutes: minutes, State: model.HoursConfirmed, InWay: model.BySelf, OutWay: model.BySelf,
		DecidedByID: confirmer, DecidedAt: &decided, Points: minutes * perHour / 60, TransferID: &transfer, CreatedAt: ends,
	})
}

// earn stores the hours and gives everybody their points.
func (v *volunteers) earn() error {
	if err := v.CreateInBatches(v.hours, batch).Error; err != nil {
		return err
	}
	var days []model.HoursDay
	issued := ledger.PointsIssued(v.community)
	keys := []ledger.Key{issued}
	for _, h := range v.hours {
		keys = append(keys, ledger.PersonPoints(h.PersonID))
	}
	if err := v.book.Open(v.DB, v.now.AddDate(-1, 0, 0), keys...); err != nil {
		return err
	}
	for i := range v.hours {
		h := &v.hours[i]
		if h.State != model.HoursConfirmed {
			continue
		}
		for _, d := range h.Days() {
			d.Counted, d.Sixtieths, d.Points = d.Minutes, d.Minutes*perHour, d.Minutes*perHour/60
			days = append(days, d)
		}
		t := model.Transfer{ID: *h.TransferID, Kind: "hours.earned", Subject: "hours", SubjectID: h.ID, ByPersonID: h.DecidedByID, At: *h.DecidedAt}
		if err := v.book.Transfer(t, ledger.Leg{Key: issued, Amount: -h.Points}, ledger.Leg{Key: ledger.PersonPoints(h.PersonID), Amount: h.Points}); err != nil {
			return err
		}
	}
	if err := v.CreateInBatches(days, batch).Error; err != nil {
		return err
	}
	confirmed := slices.DeleteFunc(slices.Clone(v.hours), func(h model.Hours) bool { return h.State != model.HoursConfirmed })
	return model.CountServices(v.DB, confirmed)
}

// pay gives the community money of this year.
func (v *volunteers) pay(fen int64) error {
	if fen == 0 {
		return nil
	}
	year := model.YearOf(v.now)
	outside, fund, budget := ledger.MoneyOutside(v.district), ledger.Fund(v.district, year), ledger.Budget(v.community, year)
	if err := v.book.Open(v.DB, v.now, outside, fund, budget, ledger.Committed(v.community, year), ledger.Spent(v.community, year)); err != nil {
		return err
	}
	about := map[int64]int64{} // the budgets, by node
	for _, node := range []int64{v.district, v.community} {
		b, opened, err := model.OpenBudget(v.DB, node, v.district, year, v.now)
		about[node] = b.ID
		if err == nil && opened && b.IsFund() {
			err = outbox.Owe(v.DB, service.ClosingOf(b, v.now))
		}
		if err != nil {
			return err
		}
	}
	if err := v.book.Transfer(v.transfer("fund.put", "budget", about[v.district], v.now), ledger.Leg{Key: outside, Amount: -fen}, ledger.Leg{Key: fund, Amount: fen}); err != nil {
		return err
	}
	return v.book.Transfer(v.transfer("budget.give", "budget", about[v.community], v.now), ledger.Leg{Key: fund, Amount: -fen}, ledger.Leg{Key: budget, Amount: fen})
}

func (v *volunteers) transfer(kind, subject string, id int64, at time.Time) model.Transfer {
	return model.Transfer{ID: model.NewID(at), Kind: kind, Subject: subject, SubjectID: id, At: at}
}

// offered is what the demo's communities offer.
var offered = []model.RewardTerms{
	{Name: "洗衣液一瓶", Text: "2 公斤装。", Points: 80, Cost: 1200, PerPerson: 4, PerPeriod: model.YearPeriod, Place: "社区服务大厅", PickUpDays: 14},
	{Name: "大米一袋", Text: "5 公斤装。", Points: 150, Cost: 2500, PerPerson: 2, PerPeriod: model.QuarterPeriod, Place: "社区服务大厅", PickUpDays: 14},
	{Name: "理发券", Text: "凭券到社区理发店理发一次。", Points: 60, Cost: 1000, PerPeriod: model.NoPeriod, Place: "社区服务大厅", PickUpDays: 30},
}

// offer puts the rewards up that are not there yet, and pieces of each on the shelf.
func (v *volunteers) offer(by, pieces int64) ([]model.Reward, error) {
	var rewards []model.Reward
	if err := v.Where("community_id = ?", v.community).Order("id").Find(&rewards).Error; err != nil {
		return nil, err
	}
	for _, terms := range offered[len(rewards):] {
		terms.ValidFrom = v.now.AddDate(0, 0, -60)
		r := model.Reward{CommunityID: v.community, RewardTerms: terms, MadeByID: by, MadeAt: v.now, ChangedAt: v.now}
		if err := model.AddReward(v.DB, &r); err != nil {
			return nil, err
		}
		rewards = append(rewards, r)
	}
	for _, r := range rewards {
		if err := v.book.Open(v.DB, v.now, ledger.Supplied(r.ID), ledger.Shelf(r.ID), ledger.Reserved(r.ID), ledger.Handed(r.ID)); err != nil {
			return nil, err
		}
		if err := v.book.Transfer(v.transfer("reward.stock", "reward", r.ID, v.now), ledger.Leg{Key: ledger.Supplied(r.ID), Amount: -pieces}, ledger.Leg{Key: ledger.Shelf(r.ID), Amount: pieces}); err != nil {
			return nil, err
		}
	}
	return rewards, nil
}

// redeem has people redeem the reward that has no limit, and pick it up, as long as they have points.
func (v *volunteers) redeem(r model.Reward, who []int64, by int64) error {
	year := model.YearOf(v.now)
	budget, committed, spent := ledger.Budget(v.community, year), ledger.Committed(v.community, year), ledger.Spent(v.community, year)
	shelf, reserved, handed := ledger.Shelf(r.ID), ledger.Reserved(r.ID), ledger.Handed(r.ID)
	redeemed := ledger.PointsRedeemed(v.community)
	if err := v.book.Open(v.DB, v.now, redeemed); err != nil {
		return err
	}
	for _, person := range who {
		if v.book.Balance(ledger.PersonPoints(person)) < r.Points {
			continue
		}
		red := r.Redeem(v.keys, person, 0, v.now)
		took, gave := v.transfer("redemption.reserve", "redemption", red.ID, v.now), v.transfer("redemption.fulfil", "redemption", red.ID, v.now)
		took.ByPersonID, gave.ByPersonID = person, by
		err := v.book.Transfer(took,
			ledger.Leg{Key: ledger.PersonPoints(person), Amount: -r.Points}, ledger.Leg{Key: redeemed, Amount: r.Points},
			ledger.Leg{Key: shelf, Amount: -1}, ledger.Leg{Key: reserved, Amount: 1},
			ledger.Leg{Key: budget, Amount: -r.Cost}, ledger.Leg{Key: committed, Amount: r.Cost})
		if err != nil {
			return err
		}
		err = v.book.Transfer(gave,
			ledger.Leg{Key: reserved, Amount: -1}, ledger.Leg{Key: handed, Amount: 1},
			ledger.Leg{Key: committed, Amount: -r.Cost}, ledger.Leg{Key: spent, Amount: r.Cost})
		if err != nil {
			return err
		}
		red.TransferID = took.ID
		red.Over(model.Fulfilled, by, gave.ID, "", v.now)
		v.redemptions = append(v.redemptions, red)
	}
	return nil
}

// write stores all of it.
func (v *volunteers) write() error {
	if err := v.book.Write(v.DB); err != nil {
		return err
	}
	return model.AddRedemptions(v.DB, v.redemptions)
}

// castService has the personas of the demo's unit serve and earn, the newest of it waiting for the unit
// chief, and puts rewards up for it, with 20,000 yuan to pay for them.
func (s *seed) castService(c model.Node) error {
	people := map[string]model.Person{}
	for _, p := range []string{"吴敏", "李小梅", "张卫东", "陈秀英"} {
		var found model.Person
		if err := s.Where("name = ?", p).Order("id").Take(&found).Error; err != nil {
			return err
		}
		people[p] = found
	}
	v, staff := s.volunteers(c), people["吴敏"].ID
	for _, day := range []struct {
		name string
		ago  int
	}{{"李小梅", 6}, {"李小梅", 13}, {"李小梅", 20}, {"李小梅", 27}, {"张卫东", 5}, {"张卫东", 19}, {"陈秀英", 8}} {
		v.serve(people[day.name], staff, day.ago, 180)
	}
	v.wait(people["李小梅"])
	if err := v.earn(); err != nil {
		return err
	}
	if err := v.pay(2_000_000); err != nil {
		return err
	}
	if _, err := v.offer(staff, 50); err != nil {
		return err
	}
	return v.write()
}

// wait leaves a person's log of yesterday unconfirmed.
func (v *volunteers) wait(p model.Person) {
	v.serve(p, 0, 1, 90)
	h := &v.hours[len(v.hours)-1]
	h.State, h.DecidedByID, h.DecidedAt, h.Points, h.TransferID = model.HoursClaimed, 0, nil, 0, nil
}

// service fills in a community's year of voluntary service: the plan's hours over a third of its people,
// the money, the rewards, and the plan's redemptions.
func (s *seed) service(c model.Node, residents []model.Person, plan Plan) error {
	v := s.volunteers(c)
	who := residents[:max(len(residents)/8, 1)]
	for i := range plan.Hours {
		p := who[i%len(who)]
		// One record of a person a day, so that no two overlap and no day's cap is reached.
		v.serve(p, residents[len(residents)-1].ID, 5+(i/len(who))*7+v.rand.IntN(6), int64(60+30*v.rand.IntN(7)))
	}
	if err := v.earn(); err != nil {
		return err
	}
	if err := v.pay(int64(plan.Money)); err != nil || plan.Money == 0 {
		return err
	}
	rewards, err := v.offer(residents[len(residents)-1].ID, int64(plan.Redeemed)+500)
	if err != nil {
		return err
	}
	redeeming := make([]int64, plan.Redeemed)
	for i := range redeeming {
		redeeming[i] = who[i%len(who)].ID
	}
	if err := v.redeem(rewards[len(rewards)-1], redeeming, residents[len(residents)-1].ID); err != nil {
		return fmt.Errorf("demo: redeeming in %s: %w", c.Name, err)
	}
	return v.write()
}
