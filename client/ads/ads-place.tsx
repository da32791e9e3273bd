export default function AdsPlace() {
  return <h1>Ads</h1>
}
