import type { ReactNode } from 'react'

function Icon({ children }: { children: ReactNode }) {
  return (
    <svg className="icon" viewBox="0 0 16 16" aria-hidden="true">
      {children}
    </svg>
  )
}

export const TodayIcon = () => (
  <Icon>
    <path d="M2.500 7 8 2.500 13.500 7v6.500H9.500V9.500h-3v4H2.500z" />
  </Icon>
)

export const ProductsIcon = () => (
  <Icon>
    <path d="M2.5 5 8 2l5.5 3v6L8 14l-5.5-3zM2.5 5 8 8l5.5-3M8 8v6" />
  </Icon>
)

export const AdsIcon = () => (
  <Icon>
    <path d="M2.5 3.5h11v10h-11zM2.5 6.5h11M5.5 2v2.500M10.500 2v2.500M5 9h1.500M9.500 9H11M5 11.500h1.500" />
  </Icon>
)

export const SpendIcon = () => (
  <Icon>
    <path d="M8 2v12M11 4.800C10.500 3.800 9.400 3.400 8 3.400c-1.700 0-3 .8-3 2.200C5 8.800 11.200 7 11.200 10.300c0 1.500-1.400 2.300-3.200 2.300-1.600 0-2.800-.6-3.300-1.800" />
  </Icon>
)

export const OperationsIcon = () => (
  <Icon>
    <path d="M2.500 4.500h6M11.500 4.500h2M2.500 11.500h2M7.500 11.500h6M10 3v3M6 10v3" />
  </Icon>
)

export const AppearanceIcon = () => (
  <Icon>
    <path d="M8 2.500a5.500 5.500 0 1 0 0 11a5.500 5.500 0 0 0 0-11ZM8 2.500v11M8 6h3.800M8 8.500h5.400M8 11h4.200" />
  </Icon>
)

export const HelpIcon = () => (
  <Icon>
    <path d="M2.500 4.500h11v7.500h-11zM5 7h.500M7.800 7h.500M10.500 7h.500M5 9.500h6" />
  </Icon>
)

export const SearchIcon = () => (
  <Icon>
    <path d="M7 12A5 5 0 1 0 7 2a5 5 0 0 0 0 10ZM10.600 10.600 14 14" />
  </Icon>
)

export const HistoryIcon = () => (
  <Icon>
    <path d="M2.500 8A5.500 5.500 0 1 0 4.200 4M2.500 2.500V5H5M8 5v3l2 1.500" />
  </Icon>
)
