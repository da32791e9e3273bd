-- What was sold since a time, product by product, without reading the rest of the ledger.
create index stock_adjustments_of_sales on stock_adjustments (created_at, product_id, delta, reason)
where reason in ('sold', 'returned');
