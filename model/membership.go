package model

// memberships are the words for 政治面貌 that people write, and those of GB/T 4762. A probationary
// member's (预备党员) organisation is the one that they live under, so they count as members; members of
// the other parties and of the League are none of ours to mark.
var memberships = map[string]Membership{
	"群众": NoMember, "共青团员": NoMember, "团员": NoMember, "无党派人士": NoMember, "无党派": NoMember,
	"民革党员": NoMember, "民盟盟员": NoMember, "民建会员": NoMember, "民进会员": NoMember,
	"农工党党员": NoMember, "致公党党员": NoMember, "九三学社社员": NoMember, "台盟盟员": NoMember,
	"党员": Member, "中共党员": Member, "中国共产党党员": Member, "正式党员": Member,
	"预备党员": Member, "中共预备党员": Member, "中国共产党预备党员": Member,
	"在职党员": InServiceMember,
}

// MembershipOf gives the membership that a word for 政治面貌 means; ok is false for a word that is none.
func MembershipOf(word string) (m Membership, ok bool) {
	m, ok = memberships[squeeze(word)]
	return m, ok
}
