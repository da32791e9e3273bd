export default function SpendPlace() {
  return <h1>Spend</h1>
}
