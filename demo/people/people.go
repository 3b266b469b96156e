// Package people makes up people: names, phone numbers and id numbers that look real, are the same for
// the same seed, and belong to nobody. Phone numbers begin with 154, a range that no operator has ever
// been assigned; id numbers with 340899, a region that there is not in Anqing (3408). It knows nothing
// of the rest of danyuan.
package people

import (
	"fmt"
	"math/rand/v2"
	"time"
)

// Sex is what an id number tells by its seventeenth digit.
type Sex int

// The sexes: even and odd.
const (
	Female Sex = iota
	Male
)

// Most is how many different people Nth makes up.
const Most = days * 500

// Synthetic ranges: see the package's comment.
const (
	phonePrefix = "154"
	region      = "340899"
)

// The births lie between 1937-01-01 and 2019-02-19.
const days = 30_000

var firstBirth = time.Date(1937, 1, 1, 0, 0, 0, 0, time.UTC)

// Made is a made-up person.
type Made struct {
	Name     string
	Sex      Sex
	Birth    string // YYYY-MM-DD
	Phone    string
	IDNumber string
}

// Nth makes up person n, 0 ≤ n < Most: another seed gives other names, another n also another phone
// and id number.
func Nth(seed uint64, n int) Made {
	r := rand.New(rand.NewPCG(seed, uint64(n))) //nolint:gosec // made-up people need no secret; n is not negative
	sex := Sex(r.IntN(2))
	birth := firstBirth.AddDate(0, 0, n*7919%days) // 7919 and days have no common divisor: neighbours differ in age
	return Made{Name: Name(r, sex), Sex: sex, Birth: birth.Format(time.DateOnly), Phone: Phone(n), IDNumber: IDNumber(birth, sex, n/days)}
}

// Name makes up a name: the common surnames about as often as they are, one or two given characters.
func Name(r *rand.Rand, sex Sex) string {
	surname := surnames[r.IntN(r.IntN(len(surnames))+1)]
	given := []rune(givens[sex])
	name := surname + string(given[r.IntN(len(given))])
	if r.IntN(5) > 0 {
		name += string(given[r.IntN(len(given))])
	}
	return name
}

// Phone makes up the phone number of person n, another for each n from 0 to 99,999,999.
func Phone(n int) string { return fmt.Sprintf("%s%08d", phonePrefix, n%100_000_000) }

// IDNumber makes up the id number of person n, 0 ≤ n < 500, among those of one birth date and sex.
func IDNumber(birth time.Time, sex Sex, n int) string {
	number := fmt.Sprintf("%s%s%03d", region, birth.Format("20060102"), n%500*2+int(sex))
	sum := 0
	for i, weight := range []int{7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2} {
		sum += int(number[i]-'0') * weight
	}
	return number + "10X98765432"[sum%11:sum%11+1]
}

// surnames, the most common first.
var surnames = []string{
	"王", "李", "张", "刘", "陈", "杨", "黄", "赵", "吴", "周", "徐", "孙", "马", "朱", "胡", "郭", "何", "林", "高", "罗",
	"郑", "梁", "谢", "宋", "唐", "许", "韩", "邓", "冯", "曹", "彭", "曾", "肖", "田", "董", "潘", "袁", "蔡", "蒋", "余",
	"于", "杜", "叶", "程", "魏", "苏", "吕", "丁", "任", "卢", "姚", "沈", "钟", "姜", "崔", "谭", "陆", "范", "汪", "廖",
	"石", "金", "韦", "贾", "夏", "付", "方", "邹", "熊", "白", "孟", "秦", "邱", "侯", "江", "尹", "薛", "闫", "雷", "龙",
	"欧阳", "司马", "诸葛", "慕容",
}

var givens = map[Sex]string{
	Female: "秀英芳兰玉桂珍凤梅琴红霞燕丽娟敏静艳萍玲雪莲月娥菊花云春香慧洁婷颖琳欣怡雅诗涵梦瑶佳淑贞翠巧美娜倩",
	Male:   "伟强磊军勇杰涛斌波辉刚健明建国华平志文德福贵生海山林峰鹏飞宇浩然俊轩子豪天佑永光荣宏成龙虎春来庆祥宝根",
}
