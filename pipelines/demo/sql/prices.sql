-- The price list: per seat, tier and year of signing; a year costs ten months, and all
-- prices divide by twelve to the cent.

create macro unit_price(tier_no, signed_year, is_annual) as cast(
    [[30, 48, 90], [33, 51, 96], [36, 54, 102]][
        least(greatest(signed_year - 2022, 1), 3)
    ][tier_no] * if(is_annual, 10, 1)
    as decimal(18, 2)
);
