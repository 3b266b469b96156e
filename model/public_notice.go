package model

import (
	"fmt"
	"time"

	"gorm.io/gorm"

	"danyuan/fault"
)

// Quarter is a quarter of a year, as Beijing counts it.
type Quarter struct {
	Year, Number int
}

// From gives the quarter's first moment.
func (q Quarter) From() time.Time {
	return time.Date(q.Year, time.Month(q.Number*3-2), 1, 0, 0, 0, 0, Beijing).UTC()
}

// Until gives the moment after the quarter's last.
func (q Quarter) Until() time.Time {
	return time.Date(q.Year, time.Month(q.Number*3+1), 1, 0, 0, 0, 0, Beijing).UTC()
}

// Title is what people call it.
func (q Quarter) Title() string {
	return fmt.Sprintf("%d年第%s季度", q.Year, []string{"一", "二", "三", "四"}[(q.Number+3)%4])
}

// NoticeSums are the figures of a quarter in a community (公示).
type NoticeSums struct {
	PointsIssued   int64 `privacy:"none"` // what was taken back is taken off
	PointsRedeemed int64 `privacy:"none"` // what was given back is taken off
	PointsExpired  int64 `privacy:"none"`
	FenSpent       int64 `privacy:"none"` // on what was handed out
	Volunteers     int64 `privacy:"none"` // with services confirmed in the quarter
	Services       int64 `privacy:"none"`
	Minutes        int64 `privacy:"none"`
	Redemptions    int64 `privacy:"none"` // handed out; the notice lists each
}

// PublicNotice is what a community has made public of a quarter. Nothing changes it.
type PublicNotice struct {
	_ struct{} `privacy:"about=officer; why=每季度的公示; kept=always; because=公示是公开的记录"`

	ID            int64
	CommunityID   int64
	Year          int    `privacy:"none"`
	Quarter       int    `privacy:"none"`
	CommunityName string `privacy:"none"` // as it was
	PublishedAt   time.Time
	PublishedByID int64
	NoticeSums
}

// Of gives which quarter it is about.
func (n PublicNotice) Of() Quarter { return Quarter{n.Year, n.Quarter} }

// PublicNoticeLine is a redemption as a notice shows it: without personal data beyond a masked name.
type PublicNoticeLine struct {
	_ struct{} `privacy:"about=volunteer; why=公示里的每一次兑换,姓名只留姓; kept=always; because=公示是公开的记录"`

	ID             int64
	PublicNoticeID int64
	Name           string `privacy:"masked_name"` // masked
	Reward         string `privacy:"none"`
	Points         int64  `privacy:"figure"`
	Day            string `privacy:"moment"` // YYYY-MM-DD in Beijing, when it was handed out
}

// Refusals about public notices.
var (
	ErrPublicNoticeNotFound  = fault.New(fault.NotFound, "public_notice.not_found", "没有找到这份公示，它可能还没有发布。请返回公示列表。")
	ErrPublicNoticePublished = fault.New(fault.Conflict, "public_notice.published_already", "这个季度的公示已经发布，发布后不能更改。请在公示列表里查看；有误的地方请在异议答复里说明。")
	ErrPublicNoticeEarly     = fault.New(fault.Conflict, "public_notice.quarter_not_over", "这个季度还没有结束，现在只能预览。请在季度结束以后发布。")
	ErrPublicNoticePlace     = fault.New(fault.Invalid, "public_notice.not_a_community", "公示由社区发布，请选择一个社区。")
)

// AddPublicNotice stores a notice with its lines. There is one of a community and quarter.
func AddPublicNotice(tx *gorm.DB, n *PublicNotice, lines []PublicNoticeLine) error {
	if err := refuseDuplicate(tx.Create(n).Error, ErrPublicNoticePublished); err != nil {
		return err
	}
	for i := range lines {
		lines[i].PublicNoticeID = n.ID
	}
	return AddAll(tx, lines)
}

// PublicNoticeByID gives a notice.
func PublicNoticeByID(tx *gorm.DB, id int64) (PublicNotice, error) {
	var n PublicNotice
	return n, take(tx.Where("id = ?", id), &n, ErrPublicNoticeNotFound)
}

// PublicNoticeFor gives a community's notice of a quarter, nil when there is none.
func PublicNoticeFor(tx *gorm.DB, community int64, q Quarter) (*PublicNotice, error) {
	return maybe[PublicNotice](tx.Where("community_id = ? AND year = ? AND quarter = ?", community, q.Year, q.Number))
}

// PublicNoticesOf lists a community's notices, the newest first.
func PublicNoticesOf(tx *gorm.DB, community int64, s Slice) ([]PublicNotice, error) {
	var out []PublicNotice
	return out, s.Newest(tx.Where("community_id = ?", community), "id").Find(&out).Error
}

// PublicNoticeLines lists a notice's lines.
func PublicNoticeLines(tx *gorm.DB, notice int64, s Slice) ([]PublicNoticeLine, error) {
	var out []PublicNoticeLine
	return out, s.Oldest(tx.Where("public_notice_id = ?", notice), "id").Find(&out).Error
}

// SumServices counts the services of a community's places that were confirmed between two moments and
// stand. Each is in the notice of the quarter in which it was confirmed, whenever it was done.
func SumServices(tx *gorm.DB, community Node, from, until time.Time) (volunteers, services, minutes int64, err error) {
	var sum struct{ Volunteers, Services, Minutes int64 }
	q := tx.Table("hours").Select("COUNT(DISTINCT hours.person_id) AS volunteers, COUNT(*) AS services, COALESCE(SUM(hours.minutes), 0) AS minutes").
		Joins("JOIN nodes ON nodes.id = hours.node_id").
		Where("hours.state = ? AND hours.decided_at >= ? AND hours.decided_at < ?", HoursConfirmed, from, until)
	err = InSubtree(q, "nodes.path", community.Path).Scan(&sum).Error
	return sum.Volunteers, sum.Services, sum.Minutes, err
}

// SumExpired gives how many points of people who live in a community now went to an account of expired
// points between two moments, less those that came back. That account is the district's; whose points they were, the other entries
// of its transfers say.
func SumExpired(tx *gorm.DB, community Node, expired string, from, until time.Time) (int64, error) {
	var sum int64
	q := tx.Table("entries AS gone").Select("COALESCE(-SUM(taken.amount), 0)").
		Joins("JOIN accounts AS bin ON bin.id = gone.account_id").Joins("JOIN transfers ON transfers.id = gone.transfer_id").
		Joins("JOIN entries AS taken ON taken.transfer_id = gone.transfer_id").Joins("JOIN accounts AS owners ON owners.id = taken.account_id").
		Joins("JOIN persons ON CONCAT('points/person/', persons.id) = owners.account_key").Joins("JOIN nodes ON nodes.id = persons.node_id").
		Where("bin.account_key = ? AND transfers.at >= ? AND transfers.at < ?", expired, from, until)
	return sum, InSubtree(q, "nodes.path", community.Path).Scan(&sum).Error
}

// HandedRedemptions gives the redemptions of a community's rewards that were handed out between two
// moments, as a notice shows them: masked name, reward, points and day, in the order of time.
func HandedRedemptions(tx *gorm.DB, community int64, from, until time.Time) ([]PublicNoticeLine, error) {
	var rows []struct {
		Name, RewardName string
		Points           int64
		EndedAt          time.Time
	}
	err := tx.Table("redemptions").Select("persons.name, redemptions.reward_name, redemptions.points, redemptions.ended_at").
		Joins("JOIN persons ON persons.id = redemptions.person_id").
		Where("redemptions.community_id = ? AND redemptions.state = ? AND redemptions.ended_at >= ? AND redemptions.ended_at < ?", community, Fulfilled, from, until).
		Order("redemptions.ended_at, redemptions.id").Scan(&rows).Error
	lines := make([]PublicNoticeLine, len(rows))
	for i, r := range rows {
		lines[i] = PublicNoticeLine{Name: MaskName(r.Name), Reward: r.RewardName, Points: r.Points, Day: r.EndedAt.In(Beijing).Format(time.DateOnly)}
	}
	return lines, err
}
