package demo

import (
	"math/rand/v2"

	"danyuan/model"
)

// SaidOften is a word that many of the demo's matters say; SaidSeldom one that a dozen of each community
// say, however many there are. Searching for them is measured.
const (
	SaidOften  = "楼道"
	SaidSeldom = "铜狮子"
)

// weighed is something with how often it comes.
type weighed[T any] struct {
	weight int
	what   T
}

func pick[T any](r *rand.Rand, all []weighed[T]) T {
	whole := 0
	for _, w := range all {
		whole += w.weight
	}
	n := r.IntN(whole)
	for _, w := range all {
		if n -= w.weight; n < 0 {
			return w.what
		}
	}
	panic("demo: nothing to pick from")
}

// some gives one of the words, the first ones often and the last ones seldom.
func some(r *rand.Rand, words []string) string {
	x := r.Float64()
	return words[int(x*x*float64(len(words)))]
}

var (
	climbing       = []weighed[int]{{60, 0}, {28, 1}, {12, 2}}
	anonymities    = []weighed[model.Anonymity]{{82, model.Named}, {15, model.HiddenFromNeighbours}, {3, model.HiddenFromChief}}
	categoriesSaid = []weighed[string]{
		{22, "repair"}, {18, "hygiene"}, {10, "safety"}, {14, "parking"}, {9, "noise"}, {10, "property"}, {5, "neighbours"}, {4, "hardship"}, {4, "policy"}, {1, "conduct"}, {3, "other"},
	}
)

// thingsSaid are what matters of a category are about.
var thingsSaid = map[string][]string{
	"repair":     {"楼道灯不亮了", "单元门锁坏了", "水管漏水", "路面有个坑", "下水道堵了", "健身器材松动", "路灯忽明忽暗", "扶手断了一截", "窗户玻璃碎了", "雨水管脱落", "屋顶渗水", "晾衣架倒了"},
	"hygiene":    {"楼道堆放杂物", "垃圾没有及时清运", "积水发臭", "宠物粪便没人清理", "小广告贴满了墙", "分类桶满了溢出来", "蚊虫很多", "老鼠进了楼", "建筑垃圾堆在门口", "绿化带里有烟头"},
	"safety":     {"电动车在楼道充电", "消防通道被堵", "电线裸露", "燃气味道很重", "花盆放在窗台外", "消火栓没有水", "井盖松动", "墙皮往下掉", "飞线充电", "灭火器过期"},
	"parking":    {"车辆占道", "车位被占用", "消防车进不来", "僵尸车停了很久", "非机动车乱停", "出入口堵车", "道闸坏了", "外来车辆太多"},
	"noise":      {"装修太吵", "广场舞音响太大", "狗叫个不停", "半夜施工", "楼上拖桌椅", "麻将声扰民", "空调外机响", "店铺喇叭叫卖"},
	"property":   {"物业不接电话", "收费没有公示", "电梯维修拖了很久", "维修资金用途不清楚", "保安不在岗", "绿化没人修剪", "保洁一周才来一次", "业委会迟迟没有换届"},
	"neighbours": {"楼上漏水到我家", "公共平台被占用", "晾衣滴水", "为停车争吵", "养鸽子有异味", "共用的墙被打掉"},
	"hardship":   {"独居老人没人照料", "孩子放学没人接", "看病自付太多", "失业后交不起学费", "残疾人出行不便", "冬天没有取暖设备"},
	"policy":     {"低保怎么申请", "高龄津贴到哪里办", "异地就医怎么备案", "居住证明怎么开", "医保断缴怎么补", "公租房排队情况"},
	"conduct":    {"窗口工作人员态度不好", "上门收费没有出示证件", "答应的事没有回音"},
	"other":      {"想组织一次邻里活动", "捡到一串钥匙", "白蚁飞进屋里", "流浪猫需要安置", "希望增设快递柜", "马蜂窝在树上"},
}

var (
	placesSaid = []string{"三楼拐角", "一楼大厅", "单元门口", "楼道里", "小区东门", "小区西门", "地下车库", "垃圾站旁边", "健身角", "凉亭边", "幼儿园对面", "顶楼天台", "菜市场入口", "公交站后面", "老年活动室"}
	sinceSaid  = []string{"从昨天开始", "已经一个星期了", "下雨以后", "上个月就这样", "今天早上发现", "半年前就反映过", "节后一直没人管", "入冬以来", "修过一次又坏了"}
	whoSaid    = []string{"晚上老人上下楼看不清", "孩子容易摔倒", "邻居都有意见", "影响出行", "味道很大", "睡不好觉", "存在隐患", "住户进出不便", "轮椅过不去", "好几户都受影响"}
	wishSaid   = []string{"请尽快处理", "麻烦看一下", "希望能修好", "请帮忙协调", "盼回复", "请上门看看", "建议统一整治"}
)

// saying makes up what a matter of a category says.
func saying(r *rand.Rand, category string, seldom bool) string {
	words := some(r, placesSaid) + some(r, thingsSaid[category]) + "," + some(r, sinceSaid) + "," + some(r, whoSaid) + "。"
	if r.IntN(2) == 0 {
		words += some(r, wishSaid) + "。"
	}
	if seldom {
		words += "就在门口的" + SaidSeldom + "旁边。"
	}
	return words
}

var reportersSaid = []string{"就在三楼左手边，白天也有人", "又坏了，没有修好", "照片里能看到", "处理以后过两天又这样", "可以随时上门，提前打电话就行", "没有人来看过", "是靠东边的那一处"}

var handlersSaid = map[model.MatterMove][]string{
	model.MoveResolve: {"已经修好，请看看", "已联系物业处理完毕", "现场清理干净，并张贴了提示", "已上门说明政策，材料齐全即可办理", "双方已经调解，签了协议", "已更换配件，试用正常", "社区已协调专业单位到场解决"},
	model.MovePassUp:  {"需要专业施工，超出单元能力", "涉及多个单元，请网格统一安排", "要动用维修资金，请社区协调", "多次劝阻无效，请上级处理"},
	model.MoveAsk:     {"请说明具体在几楼", "请补一张照片", "请问什么时间方便上门", "是哪一户，请再说清楚一点"},
}
