/** The page's frame: where one can go, what is shown, and what is told. */
import { useEffect, useState, type ComponentType } from 'react'
import { flushSync } from 'react-dom'
import { Link, Redirect, Route, Switch, useLocation } from 'wouter'
import { mayUse, useMay, useSession } from '#client/sign-in/session.ts'
import { NotWithThisKey } from '#client/sign-in/not-with-this-key.tsx'
import { SessionCorner } from '#client/sign-in/session-corner.tsx'
import { ProductsPage } from '#client/products/products-page.tsx'
import icon from './icon.svg'
import { act } from './actions.ts'
import { Announcer } from './announce.tsx'
import { appearanceIsOpen } from './appearance.ts'
import {
  AdsIcon,
  AppearanceIcon,
  HelpIcon,
  OperationsIcon,
  ProductsIcon,
  SpendIcon,
  TodayIcon,
} from './icons.tsx'
import { focusStart } from './keep-focus.ts'
import type { Shortcut } from './key-sequence.ts'
import { lazyPage, lazyPart } from './lazy.tsx'
import { Notices } from './notices.tsx'
import { Place } from './place.tsx'
import { ShortcutsDialog } from './shortcuts-dialog.tsx'
import { EmptyState } from './states.tsx'
import { useStore } from './store.ts'
import { useShortcuts } from './use-shortcuts.ts'

const today = lazyPage(() => import('#client/today/today-page.tsx'))
const ads = lazyPage(() => import('#client/ads/ads-page.tsx'))
const palette = lazyPart(() => import('#client/palette/palette.tsx'))
const appearance = lazyPart(() => import('./appearance-dialog.tsx'))
const product = lazyPage(() => import('#client/product/product-page.tsx'))
const spend = lazyPage(() => import('#client/bridge/spend-page.tsx'))
const operations = lazyPage(() => import('#client/operations/operations-page.tsx'))
/** What was asked for has come by then. */
const PRELOAD_AFTER_MS = 2_000

const ROUTES = [
  { path: '/today', name: 'Today', keys: 'g h', Icon: TodayIcon, scope: 'ads:read', Page: today.Page },
  {
    path: '/products',
    name: 'Products',
    keys: 'g p',
    Icon: ProductsIcon,
    scope: 'products:read',
    Page: ProductsPage,
  },
  { path: '/ads', name: 'Ads', keys: 'g a', Icon: AdsIcon, scope: 'ads:read', Page: ads.Page },
  {
    path: '/out-of-stock-spend',
    name: 'Out-of-stock spend',
    keys: 'g o',
    Icon: SpendIcon,
    scope: 'ads:read',
    Page: spend.Page,
  },
  {
    path: '/operations',
    name: 'Operations',
    keys: 'g s',
    Icon: OperationsIcon,
    scope: 'admin',
    Page: operations.Page,
  },
] as const

/** What one's key may see. */
function usePlaces() {
  const session = useSession()
  return ROUTES.filter(({ scope }) => mayUse(session, scope))
}

export function Shell() {
  const places = usePlaces()
  const mayReadAds = useMay('ads:read')
  const [location, navigate] = useLocation()
  const isAppearanceOpen = useStore(appearanceIsOpen)
  const [helpOpen, setHelpOpen] = useState(false)
  const [paletteOpen, setPaletteOpen] = useState(false)

  const onShortcut = (shortcut: Shortcut) => {
    if (shortcut === 'help') setHelpOpen(true)
    else if (shortcut === 'appearance') appearanceIsOpen.set(true)
    else if (shortcut === 'palette') setPaletteOpen(true)
    else if (shortcut === 'search') focusSearch(() => navigate('/products'))
    else if (shortcut === 'new-product') {
      if (location !== '/products') flushSync(() => navigate('/products'))
      act(shortcut)
    } else if (ROUTES.some(({ path }) => path === `/${shortcut}`)) {
      // At once, or the next key would still be for the place before. Where one is already, one's filters stay.
      if (location !== `/${shortcut}`) flushSync(() => navigate(`/${shortcut}`))
      focusStart()
    } else act(shortcut)
  }
  const choose = (does: { href: string } | { shortcut: Shortcut }) => {
    if ('href' in does) return navigate(does.href)
    // Actions are those of the products, and wait for them.
    if (does.shortcut !== 'help' && location !== '/products') flushSync(() => navigate('/products'))
    onShortcut(does.shortcut)
  }
  useShortcuts(onShortcut)

  return (
    <div className="shell">
      <a className="skip-link" href="#main">
        Skip to the content
      </a>
      <SideBar onHelp={() => setHelpOpen(true)} />
      <Late mayReadAds={mayReadAds} />
      <main id="main" tabIndex={-1}>
        <Places places={places} />
      </main>
      <Notices />
      <Announcer />
      {paletteOpen && (
        <palette.Part
          places={places}
          mayReadAds={mayReadAds}
          onChoose={choose}
          onClose={() => setPaletteOpen(false)}
        />
      )}
      {isAppearanceOpen && <appearance.Part onClose={() => appearanceIsOpen.set(false)} />}
      {helpOpen && <ShortcutsDialog onClose={() => setHelpOpen(false)} />}
    </div>
  )
}

interface WatchProps {
  mayReadAds: boolean
}

/** What is not needed at first: the other places, and the watch over what needs a person. */
function Late(props: WatchProps) {
  const [Watch, setWatch] = useState<ComponentType<WatchProps>>()
  useEffect(() => {
    const timer = setTimeout(() => {
      // Should it not come, the places themselves tell the same.
      import('#client/today/attention-watch.tsx').then(
        ({ AttentionWatch }) => setWatch(() => AttentionWatch),
        () => undefined,
      )
      for (const { preload } of [today, ads, spend, product, palette]) preload()
    }, PRELOAD_AFTER_MS)
    return () => clearTimeout(timer)
  }, [])
  return Watch ? <Watch {...props} /> : null
}

function Places({ places }: { places: ReturnType<typeof usePlaces> }) {
  const [first = ROUTES[0]] = places
  return (
    <Switch>
      {ROUTES.map((route) => (
        <Route key={route.path} path={route.path}>
          {places.includes(route) ? <route.Page /> : <NotWithThisKey name={route.name} scope={route.scope} />}
        </Route>
      ))}
      {places.some(({ path }) => path === '/products') && (
        <Route path="/products/:id" component={product.Page} />
      )}
      <Route path="/">
        <Redirect to={first.path} replace />
      </Route>
      <Route>
        <Place title="Nothing here" status={<span>An unknown address</span>}>
          <EmptyState title="There is nothing at this address">
            <Link href="/products">Go to the products</Link>
          </EmptyState>
        </Place>
      </Route>
    </Switch>
  )
}

function SideBar({ onHelp }: { onHelp: () => void }) {
  const [location] = useLocation()
  const places = usePlaces()
  return (
    <nav className="side-bar" aria-label="Main navigation">
      <div className="brand" aria-hidden="true">
        <img src={icon} alt="" width={22} height={22} />
        Adstock
      </div>
      <ul>
        {places.map(({ path, name, keys, Icon }) => (
          <li key={path}>
            <Link href={path} aria-current={`${location}/`.startsWith(`${path}/`) ? 'page' : undefined}>
              <Icon />
              <span>{name}</span>
              <kbd aria-hidden="true">{keys}</kbd>
            </Link>
          </li>
        ))}
      </ul>
      <div className="side-foot">
        <button type="button" className="side-button" onClick={() => appearanceIsOpen.set(true)}>
          <AppearanceIcon />
          <span>Appearance</span>
          <kbd aria-hidden="true">,</kbd>
        </button>
        <button type="button" className="side-button help-button" onClick={onHelp}>
          <HelpIcon />
          <span>Shortcuts</span>
          <kbd aria-hidden="true">?</kbd>
        </button>
        <SessionCorner />
      </div>
    </nav>
  )
}

/** Elsewhere than on the products, goes there first; at once, or the next key would be lost. */
function focusSearch(goToProducts: () => void): void {
  if (!searchBox()) flushSync(goToProducts)
  searchBox()?.focus()
  searchBox()?.select()
}

function searchBox(): HTMLInputElement | null {
  return document.querySelector('input[type=search]')
}
