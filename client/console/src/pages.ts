// Every page of the console, one line each: where it is, what the menu calls it and under which head it
// stands there (none: it is not in the menu), and what a role must allow so that it is offered.
import type { Component } from 'vue'
import type { Action } from './session'

export interface PageEntry {
  path: string
  title: string
  group?: '总览' | '组织和人员' | '党员' | '志愿服务' | '积分和兑换' | '事项' | '系统'
  needs?: Action
  load: () => Promise<{ default: Component }>
}

export const pages: PageEntry[] = [
  { path: '/dashboard', title: '总览', group: '总览', needs: 'count_area', load: () => import('./pages/Dashboard.vue') },
  { path: '/org', title: '组织架构', group: '组织和人员', load: () => import('./pages/Org.vue') },
  { path: '/people', title: '居民', group: '组织和人员', needs: 'list_people', load: () => import('./pages/People.vue') },
  { path: '/roles', title: '任职', group: '组织和人员', needs: 'appoint_officers', load: () => import('./pages/Roles.vue') },
  { path: '/guardianships', title: '监护登记', group: '组织和人员', needs: 'change_people', load: () => import('./pages/Guardianships.vue') },
  { path: '/rectifications', title: '改正申请', group: '组织和人员', needs: 'change_people', load: () => import('./pages/Rectifications.vue') },
  { path: '/import', title: '导入名册', group: '组织和人员', needs: 'import_roster', load: () => import('./pages/Import.vue') },
  { path: '/posters', title: '单元码海报', group: '组织和人员', needs: 'print_codes', load: () => import('./pages/Posters.vue') },
  { path: '/party-orgs', title: '党组织', group: '党员', needs: 'count_members', load: () => import('./pages/PartyOrgs.vue') },
  { path: '/plaques', title: '门牌', group: '党员', needs: 'install_plaques', load: () => import('./pages/Plaques.vue') },
  { path: '/check-ins', title: '在职党员报到', group: '党员', needs: 'accept_check_ins', load: () => import('./pages/CheckIns.vue') },
  { path: '/check-in-counts', title: '报到人数', group: '党员', needs: 'count_check_ins', load: () => import('./pages/CheckInCounts.vue') },
  { path: '/activities', title: '活动', group: '志愿服务', needs: 'make_activities', load: () => import('./pages/Activities.vue') },
  { path: '/activities/:id', title: '活动', load: () => import('./pages/Activity.vue') },
  { path: '/associations', title: '联谊会', group: '志愿服务', needs: 'manage_associations', load: () => import('./pages/Associations.vue') },
  { path: '/hours', title: '服务时长', group: '志愿服务', needs: 'confirm_hours', load: () => import('./pages/Hours.vue') },
  { path: '/flags', title: '需要核对的记录', group: '志愿服务', needs: 'watch_hours', load: () => import('./pages/Flags.vue') },
  { path: '/certificates', title: '志愿服务证明', group: '志愿服务', needs: 'certify_service', load: () => import('./pages/Certificates.vue') },
  { path: '/redemptions', title: '兑换和领取', group: '积分和兑换', needs: 'pick_up', load: () => import('./pages/Redemptions.vue') },
  { path: '/rewards', title: '兑换品', group: '积分和兑换', needs: 'manage_rewards', load: () => import('./pages/Rewards.vue') },
  { path: '/budgets', title: '兑换经费', group: '积分和兑换', needs: 'view_budgets', load: () => import('./pages/Budgets.vue') },
  { path: '/public-notices', title: '积分公示', group: '积分和兑换', needs: 'publish_notices', load: () => import('./pages/PublicNotices.vue') },
  { path: '/objections', title: '公示的异议', group: '积分和兑换', needs: 'publish_notices', load: () => import('./pages/Objections.vue') },
  { path: '/points-rules', title: '积分规则', group: '积分和兑换', needs: 'make_points_rules', load: () => import('./pages/PointsRules.vue') },
  { path: '/expiries', title: '积分过期', group: '积分和兑换', needs: 'manage_expiry', load: () => import('./pages/Expiries.vue') },
  { path: '/matters', title: '事项', group: '事项', needs: 'handle_matters', load: () => import('./pages/Matters.vue') },
  { path: '/matters/:id', title: '办到哪一步', load: () => import('./pages/Matter.vue') },
  { path: '/reviews', title: '内容审核', group: '事项', needs: 'review_photos', load: () => import('./pages/Reviews.vue') },
  { path: '/report-limits', title: '上报限制', group: '事项', needs: 'limit_reporters', load: () => import('./pages/ReportLimits.vue') },
  { path: '/categories', title: '事项类别和时限', group: '事项', needs: 'manage_categories', load: () => import('./pages/Categories.vue') },
  { path: '/audit', title: '操作记录', group: '系统', needs: 'read_audit', load: () => import('./pages/Audit.vue') },
  { path: '/outbox', title: '待发任务', group: '系统', needs: 'operate_outbox', load: () => import('./pages/Outbox.vue') },
]
