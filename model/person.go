package model

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"gorm.io/gorm"

	"danyuan/fault"
)

// Membership says whether a person is a Party member and where the membership is. It is sealed for
// everybody, also for those who are none, with one letter each so that its length tells nothing.
type Membership string

// The memberships: none, here in the community, at a work unit (在职党员).
const (
	NoMember        Membership = "n"
	Member          Membership = "m"
	InServiceMember Membership = "s"
)

// IsMember tells whether it is a Party membership at all.
func (m Membership) IsMember() bool { return m == Member || m == InServiceMember }

// PersonState says whether somebody lives here.
type PersonState string

// The states of a person.
const (
	PersonHere PersonState = "here"
	PersonLeft PersonState = "left"
)

// Household is a home (户) of a unit. Its room is sealed, and unique in the unit by the
// blind index of its plain number.
type Household struct {
	_ struct{} `privacy:"about=resident; why=单元里有哪些户; kept=always; because=住户的房屋一直在;没有人住时只是一间房"`

	ID        int64
	UnitID    int64
	Room      string `gorm:"serializer:sealed" privacy:"room"`
	RoomIndex string `privacy:"index"`
	CreatedAt time.Time
}

// Person is a natural person. Phone, id number, birth date, address and membership are sealed; phone
// and id number are found by blind index.
type Person struct {
	_ struct{} `privacy:"about=resident; why=居民名册:找到家门口的人、确认身份、联系本人; kept=left_people"`

	ID            int64
	NodeID        int64       // the unit of the household; for officers who live elsewhere the node they serve
	HouseholdID   *int64      // nil for those without a household here
	Name          string      `privacy:"name"`
	Phone         string      `gorm:"serializer:sealed" privacy:"phone"`
	PhoneIndex    *string     `privacy:"index"`
	IDNumber      string      `gorm:"column:id_number;serializer:sealed" privacy:"id_number"`
	IDNumberIndex *string     `privacy:"index"`
	BirthDate     string      `gorm:"serializer:sealed" privacy:"birth_date"` // YYYY-MM-DD
	Address       string      `gorm:"serializer:sealed" privacy:"address"`    // the registered residence (户籍地址), where it differs
	Membership    Membership  `gorm:"serializer:sealed" privacy:"membership"`
	State         PersonState `privacy:"mark"`
	CreatedAt     time.Time
	UpdatedAt     time.Time
}

// TableName is needed because gorm would say people.
func (Person) TableName() string { return "persons" }

// ErrPersonNotFound answers for a person who is not there and for one who is not the actor's to see.
var ErrPersonNotFound = fault.New(fault.NotFound, "person.not_found", "没有找到这个人，或者您不能查看。请核对后重试。")

// PersonByID gives a person.
func PersonByID(tx *gorm.DB, id int64) (Person, error) {
	var p Person
	return p, take(tx.Where("id = ?", id), &p, ErrPersonNotFound)
}

// LockPerson reads a person and keeps others from changing what hangs on them until the transaction ends.
func LockPerson(tx *gorm.DB, id int64) (Person, error) {
	var p Person
	return p, take(forUpdate(tx).Where("id = ?", id), &p, ErrPersonNotFound)
}

// LockPersons is LockPerson for many, in the order of their ids, without what is sealed of them but their birth date
// and membership: whether somebody is a child, and may come, is asked of everybody.
func LockPersons(tx *gorm.DB, ids []int64) ([]Person, error) {
	ids = slices.Compact(slices.Sorted(slices.Values(ids)))
	return inLists(ids, func(some []int64) ([]Person, error) {
		var people []Person
		return people, forUpdate(tx).Select("id", "node_id", "household_id", "name", "birth_date", "membership", "state").
			Where("id IN ?", some).Order("id").Find(&people).Error
	})
}

// SetPhone puts a phone number, or none, with its index.
func (p *Person) SetPhone(k *Keys, phone string) {
	p.Phone, p.PhoneIndex = phone, k.optionalIndex("persons.phone", phone)
}

// SetIDNumber puts an id number, or none, with its index.
func (p *Person) SetIDNumber(k *Keys, number string) {
	number = strings.ToUpper(number)
	p.IDNumber, p.IDNumberIndex = number, k.optionalIndex("persons.id_number", number)
}

// PersonsByPhone gives the people here who have a phone number; several may share one.
func PersonsByPhone(tx *gorm.DB, phone string) ([]Person, error) {
	var people []Person
	err := tx.Where("phone_index = ? AND state = ?", KeysOf(tx).Index("persons.phone", phone), PersonHere).Order("id").Find(&people).Error
	return people, err
}

// PersonsNamed gives the people here of a subtree who have both a name and a phone number, by id.
func PersonsNamed(tx *gorm.DB, name, phone, root string) ([]int64, error) {
	var ids []int64
	q := tx.Model(&Person{}).Joins("JOIN nodes ON nodes.id = persons.node_id").
		Where("persons.phone_index = ? AND persons.name = ? AND persons.state = ?", KeysOf(tx).Index("persons.phone", phone), name, PersonHere)
	return ids, InSubtree(q, "nodes.path", root).Order("persons.id").Pluck("persons.id", &ids).Error
}

// PersonsOfNode gives the people here of one unit or other node.
func PersonsOfNode(tx *gorm.DB, node int64) ([]Person, error) {
	var people []Person
	err := tx.Where("node_id = ? AND state = ?", node, PersonHere).Order("id").Find(&people).Error
	return people, err
}

// MembersOfNode gives the Party members among the people here of a unit. It opens their membership and
// nothing else.
func MembersOfNode(tx *gorm.DB, node int64) ([]int64, error) {
	var people []Person
	if err := tx.Select("id", "membership").Where("node_id = ? AND state = ?", node, PersonHere).Find(&people).Error; err != nil {
		return nil, err
	}
	var ids []int64
	for _, p := range people {
		if p.Membership.IsMember() {
			ids = append(ids, p.ID)
		}
	}
	return ids, nil
}

// MembershipsOf gives what the roster says of several people's membership. It opens nothing else.
func MembershipsOf(tx *gorm.DB, people []int64) (map[int64]Membership, error) {
	found, err := inLists(people, func(some []int64) ([]Person, error) {
		var rows []Person
		return rows, tx.Select("id", "membership").Where("id IN ?", some).Find(&rows).Error
	})
	all := map[int64]Membership{}
	for _, p := range found {
		all[p.ID] = p.Membership
	}
	return all, err
}

// SetMembership changes where a person's Party membership is. The caller holds the person's lock.
func SetMembership(tx *gorm.DB, person int64, m Membership, now time.Time) error {
	return tx.Model(&Person{}).Where("id = ?", person).Updates(map[string]any{"membership": m, "updated_at": changedAt(now)}).Error
}

// MoveServing takes everybody who belongs to a node that has ended to another one.
func MoveServing(tx *gorm.DB, from, to int64, now time.Time) error {
	return tx.Model(&Person{}).Where("node_id = ?", from).Updates(map[string]any{"node_id": to, "updated_at": changedAt(now)}).Error
}

// NewHousehold makes a home ready to be stored. However a room's number is written, it has one index.
func NewHousehold(k *Keys, unit int64, room string, now time.Time) Household {
	return Household{UnitID: unit, Room: room, RoomIndex: k.Index("households.room", cmp.Or(PlainRoom(room), room)), CreatedAt: now}
}

func (k *Keys) optionalIndex(column, value string) *string {
	if value == "" {
		return nil
	}
	ix := k.Index(column, value)
	return &ix
}

// MaskPhone keeps the first three and last four digits: 138****0001.
func MaskPhone(phone string) string {
	if len(phone) < 8 {
		return strings.Repeat("*", len(phone))
	}
	return phone[:3] + strings.Repeat("*", len(phone)-7) + phone[len(phone)-4:]
}

// MaskIDNumber keeps the first and last character.
func MaskIDNumber(number string) string {
	if len(number) < 3 {
		return strings.Repeat("*", len(number))
	}
	return number[:1] + strings.Repeat("*", len(number)-2) + number[len(number)-1:]
}

// MaskName keeps the surname: 王*, 欧阳**. One star a character.
func MaskName(name string) string {
	s := Surname(name)
	return s + strings.Repeat("*", len([]rune(name))-len([]rune(s)))
}

// compoundSurnames are the two-character surnames that are still common.
var compoundSurnames = []string{"欧阳", "司马", "上官", "诸葛", "东方", "皇甫", "尉迟", "公孙", "慕容", "令狐", "司徒", "夏侯", "轩辕", "端木", "百里", "南宫"}

// Surname gives the surname of a Chinese name; of another name its first character.
func Surname(name string) string {
	r := []rune(name)
	if len(r) > 2 {
		for _, s := range compoundSurnames {
			if strings.HasPrefix(name, s) {
				return s
			}
		}
	}
	if len(r) == 0 {
		return ""
	}
	return string(r[:1])
}
