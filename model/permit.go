package model

import (
	"maps"
	"slices"
)

// Action is something that needs a role. The route table names it, services check it against the
// node concerned, and docs/permissions.md is printed from it.
type Action string

// The actions.
const (
	ManageDivisions  Action = "manage_divisions"
	ManageGrids      Action = "manage_grids"
	ManagePartyOrgs  Action = "manage_party_orgs"
	AppointOfficers  Action = "appoint_officers"
	ImportRoster     Action = "import_roster"
	ListPeople       Action = "list_people"
	ReadWholePeople  Action = "read_whole_people"
	ChangePeople     Action = "change_people"
	CorrectOfficers  Action = "correct_officers"
	CountMembers     Action = "count_members"
	ApproveBindings  Action = "approve_bindings"
	ApproveRebinding Action = "approve_rebinding"
	ManageCodes      Action = "manage_codes"
	PrintCodes       Action = "print_codes"
	BindGroup        Action = "bind_group"
	DecidePlaques    Action = "decide_plaques"
	InstallPlaques   Action = "install_plaques"
	AcceptCheckIns   Action = "accept_check_ins"
	CountCheckIns    Action = "count_check_ins"
	CountArea        Action = "count_area"
	ReadRecords      Action = "read_records"
	CertifyService   Action = "certify_service"
	PublishNotices   Action = "publish_notices"
	EnterHours       Action = "enter_hours"
	ConfirmHours     Action = "confirm_hours"
	VoidHours        Action = "void_hours"
	WatchHours       Action = "watch_hours"
	MakePointsRules  Action = "make_points_rules"
	OperateOutbox    Action = "operate_outbox"
	ReadAudit        Action = "read_audit"

	ManageAssociations Action = "manage_associations"
	MakeActivities     Action = "make_activities"
	ManageBudgets      Action = "manage_budgets"
	ViewBudgets        Action = "view_budgets"
	ManageRewards      Action = "manage_rewards"
	RedeemForOthers    Action = "redeem_for_others"
	PickUp             Action = "pick_up"
	ManageExpiry       Action = "manage_expiry"
	ReviewPhotos       Action = "review_photos"

	HandleMatters    Action = "handle_matters"
	ReportForOthers  Action = "report_for_others"
	GiveMatters      Action = "give_matters"
	ReviewMatters    Action = "review_matters"
	RedactMatters    Action = "redact_matters"
	LimitReporters   Action = "limit_reporters"
	ManageCategories Action = "manage_categories"
)

// permits says which roles allow an action, each in its own subtree.
var permits = map[Action][]Role{
	ManageDivisions:  {DistrictAdmin},
	ManageGrids:      {CommunityStaff, CommunitySecretary, DistrictAdmin},
	ManagePartyOrgs:  {BranchSecretary, CommunitySecretary, DistrictAdmin},
	AppointOfficers:  {BranchSecretary, CommunityStaff, CommunitySecretary, DistrictAdmin},
	ImportRoster:     {CommunityStaff, CommunitySecretary, DistrictAdmin},
	ListPeople:       {UnitChief, GridChief, BranchSecretary, CommunityStaff, CommunitySecretary},
	ReadWholePeople:  {CommunityStaff, CommunitySecretary},
	ChangePeople:     {CommunityStaff, CommunitySecretary},
	CorrectOfficers:  {DistrictAdmin},
	CountMembers:     {UnitChief, GridChief, BranchSecretary, CommunityStaff, CommunitySecretary, StreetStaff, DistrictAdmin},
	ApproveBindings:  {UnitChief, CommunityStaff, CommunitySecretary},
	ApproveRebinding: {CommunityStaff, CommunitySecretary, DistrictAdmin},
	ManageCodes:      {CommunityStaff, CommunitySecretary},
	PrintCodes:       {UnitChief, GridChief, BranchSecretary, CommunityStaff, CommunitySecretary},
	BindGroup:        {UnitChief, CommunityStaff, CommunitySecretary},
	DecidePlaques:    {BranchSecretary, CommunitySecretary},
	InstallPlaques:   {UnitChief, GridChief, BranchSecretary, CommunityStaff, CommunitySecretary},
	AcceptCheckIns:   {CommunityStaff, CommunitySecretary},
	CountCheckIns:    {CommunityStaff, CommunitySecretary, StreetStaff, DistrictAdmin},
	CountArea:        {CommunityStaff, CommunitySecretary, StreetStaff, DistrictAdmin},
	ReadRecords:      {CommunityStaff, CommunitySecretary},
	CertifyService:   {CommunityStaff, CommunitySecretary},
	PublishNotices:   {CommunityStaff, CommunitySecretary},
	EnterHours:       {UnitChief, CommunityStaff, CommunitySecretary},
	ConfirmHours:     {UnitChief, BranchSecretary, CommunityStaff, CommunitySecretary},
	VoidHours:        {CommunityStaff, CommunitySecretary},
	WatchHours:       {BranchSecretary, CommunityStaff, CommunitySecretary},
	MakePointsRules:  {DistrictAdmin},
	OperateOutbox:    {DistrictAdmin},
	ReadAudit:        {Auditor, DistrictAdmin},

	ManageAssociations: {CommunityStaff, CommunitySecretary},
	MakeActivities:     {UnitChief, GridChief, BranchSecretary, CommunityStaff, CommunitySecretary},
	ManageBudgets:      {DistrictAdmin},
	ViewBudgets:        {CommunityStaff, CommunitySecretary, Auditor, DistrictAdmin},
	ManageRewards:      {CommunityStaff, CommunitySecretary},
	RedeemForOthers:    {UnitChief, CommunityStaff, CommunitySecretary},
	PickUp:             {CommunityStaff, CommunitySecretary},
	ManageExpiry:       {DistrictAdmin},
	ReviewPhotos:       {CommunityStaff, CommunitySecretary, DistrictAdmin},

	HandleMatters:    {UnitChief, GridChief, BranchSecretary, CommunityStaff, CommunitySecretary},
	ReportForOthers:  {UnitChief, BranchSecretary, CommunityStaff, CommunitySecretary},
	GiveMatters:      {BranchSecretary, CommunityStaff, CommunitySecretary},
	ReviewMatters:    {CommunityStaff, CommunitySecretary},
	RedactMatters:    {CommunityStaff, CommunitySecretary},
	LimitReporters:   {CommunityStaff, CommunitySecretary},
	ManageCategories: {DistrictAdmin},
}

// AllowedTo tells whether a role allows the action.
func (a Action) AllowedTo(r Role) bool { return slices.Contains(permits[a], r) }

// PermittedRoles gives the roles that allow the action; nil for a word that is no action.
func (a Action) PermittedRoles() []Role { return slices.Clone(permits[a]) }

// Allows gives what a role may do in its subtree, in the order of the words; empty, not nil, for a role
// that may do nothing.
func (r Role) Allows() []Action {
	may := []Action{}
	for _, a := range Actions() {
		if a.AllowedTo(r) {
			may = append(may, a)
		}
	}
	return may
}

// Actions gives every action, in the order of its word.
func Actions() []Action { return slices.Sorted(maps.Keys(permits)) }
