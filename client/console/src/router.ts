// Which page stands at which address. The address holds no more than a page's name and ids.
import { createRouter, createWebHashHistory } from 'vue-router'
import { pages } from './pages'

export const router = createRouter({
  history: createWebHashHistory(),
  scrollBehavior: () => ({ top: 0 }),
  routes: [
    ...pages.map((p) => ({ path: p.path, component: p.load, meta: { title: p.title } })),
    { path: '/', component: () => import('./pages/Start.vue'), meta: { title: '首页' } },
    { path: '/:rest(.*)*', component: () => import('./pages/Nowhere.vue'), meta: { title: '没有这个页面' } },
  ],
})

router.afterEach((to) => { document.title = `${String(to.meta.title)} · 单元管理台` })
