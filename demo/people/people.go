// Package people makes synthetic people: plausible names, phone numbers of a range that no operator
// has, id numbers of a region that does not exist. The same part gives the same people each time.
package people

import (
	"fmt"
	"math/rand/v2"
	"time"
)

// Person is somebody who does not exist.
type Person struct {
	Name     string
	Male     bool
	Phone    string // "" for children
	IDNumber string
	Birth    time.Time
}

// perPart is how many people one part can give before its numbers would meet the next part's.
const perPart = 400_000

// Source gives people of one part, up to 400,000; the first hundred parts share no number.
type Source struct {
	rand   *rand.Rand
	next   int
	region string // stands where a division's code belongs: there is no 3409 among the divisions
	taken  map[string]struct{}
}

// New starts a part from its first person.
func New(part int) *Source {
	r := rand.New(rand.NewPCG(0x6461_6e79, uint64(part))) //nolint:gosec // the same people each time is what is wanted
	return &Source{rand: r, next: part*perPart + 1000, region: fmt.Sprintf("3409%02d", part%100), taken: map[string]struct{}{}}
}

// Next gives somebody grown up, up to 95: what children do needs a guardian (Aged gives those).
func (s *Source) Next() Person {
	age := 19 + s.rand.IntN(77)
	if s.rand.IntN(3) > 0 {
		age = 25 + s.rand.IntN(50)
	}
	return s.Aged(age)
}

// Aged gives somebody who turns this age in 2026.
func (s *Source) Aged(age int) Person {
	s.next++
	p := Person{
		Male:  s.rand.IntN(2) == 0,
		Birth: time.Date(2026-age, time.Month(1+s.rand.IntN(12)), 1+s.rand.IntN(28), 0, 0, 0, 0, time.UTC),
	}
	p.Name = s.name(p.Male)
	if age >= 12 {
		p.Phone = Phone(s.next)
	}
	p.IDNumber = s.idNumber(p)
	return p
}

// Phone gives the n-th number of the range 154, which no operator has.
func Phone(n int) string { return fmt.Sprintf("154%08d", n%100_000_000) }

// idNumber takes the next free order number of the birthday; a day has room for 500 of either sex.
func (s *Source) idNumber(p Person) string {
	for order := s.next % 500 * 2; ; order = (order + 2) % 1000 {
		n := order
		if p.Male {
			n++
		}
		digits := fmt.Sprintf("%s%s%03d", s.region, p.Birth.Format("20060102"), n)
		if _, taken := s.taken[digits]; !taken {
			s.taken[digits] = struct{}{}
			return digits + string(CheckDigit(digits))
		}
	}
}

// CheckDigit gives the eighteenth character of an id number from the seventeen before it (GB 11643).
func CheckDigit(digits string) byte {
	sum := 0
	for i, weight := range [17]int{7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2} {
		sum += int(digits[i]-'0') * weight
	}
	return "10X98765432"[sum%11]
}

func (s *Source) name(male bool) string {
	given := girls
	if male {
		given = boys
	}
	name := surnames[s.rand.IntN(len(surnames))] + given[s.rand.IntN(len(given))]
	if s.rand.IntN(3) > 0 {
		name += given[s.rand.IntN(len(given))]
	}
	return name
}

var (
	surnames = split("王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗郑梁谢宋唐许韩冯邓曹彭曾肖田董潘袁蔡蒋余于杜叶程魏苏吕丁任卢姚沈钟姜崔谭陆范汪廖石金韦贾夏付方邹熊白孟秦邱侯江尹薛闫段雷龙黎史陶贺毛郝顾龚邵万覃武钱戴严莫孔向常汤")
	boys     = split("伟强磊军洋勇杰涛明超亮刚平辉健俊峰国庆建华东海波宁新志文斌成林山鹏飞宇浩凯")
	girls    = split("芳娜敏静丽艳娟霞秀英玲桂兰萍红梅燕云莉琴雪婷慧晶洁颖倩欣怡月琳佳蓉凤")
)

func split(s string) []string {
	var out []string
	for _, r := range s {
		out = append(out, string(r))
	}
	return out
}
