"""All SQL that compares the faces with each other: each method lists what breaks one rule."""

import asyncpg

_MOST = 1000


class ConsistencyStore:
    """Questions across tables. Each answers (subject, what is wrong)."""

    def __init__(self, pool: asyncpg.Pool) -> None:
        self._pool = pool

    async def agents(self) -> list[tuple[str, str]]:
        """Rule 1: an ARN has a group with agent code and administrator, known facts, and a record; and back."""
        rows = await self._pool.fetch(
            """
            WITH agency AS (
                SELECT a.group_id, a.lookup_key, upper(split_part(a.lookup_key, '~', 3)) AS arn
                  FROM sandbox.allocation a
                 WHERE a.kind = 'principal' AND a.service = 'HMRC-AS-AGENT'
            ), partner AS (
                SELECT upper(k.value) AS arn, r.document
                  FROM sandbox.record_key k
                  JOIN sandbox.record r ON r.id = k.record_id
                 WHERE k.kind = 'business-partner-record' AND k.name = 'agentReferenceNumber'
            )
            SELECT arn AS subject, 'no group with an agent code holds the enrolment' AS detail
              FROM agency
             WHERE NOT EXISTS (SELECT 1 FROM sandbox.user_group g
                                WHERE g.group_id = agency.group_id AND g.agent_code IS NOT NULL)
            UNION ALL
            SELECT arn, 'the group has no administrator'
              FROM agency
             WHERE NOT EXISTS (SELECT 1 FROM sandbox.person p
                                WHERE p.group_id = agency.group_id AND p.credential_role IN ('Admin', 'User'))
            UNION ALL
            SELECT arn, 'there are no known facts'
              FROM agency
             WHERE NOT EXISTS (SELECT 1 FROM sandbox.known_fact f WHERE f.lookup_key = agency.lookup_key)
            UNION ALL
            SELECT arn, 'there is no business partner record of a subscribed agent'
              FROM agency
             WHERE NOT EXISTS (SELECT 1 FROM partner
                                WHERE partner.arn = agency.arn AND (partner.document ->> 'isAnASAgent')::boolean
                                  AND partner.document ? 'agencyDetails')
            UNION ALL
            SELECT arn, 'the record names an agent without an enrolment'
              FROM partner
             WHERE NOT EXISTS (SELECT 1 FROM agency WHERE agency.arn = partner.arn)
            LIMIT $1
            """,
            _MOST,
        )
        return [(row["subject"], row["detail"]) for row in rows]

    async def clients(self) -> list[tuple[str, str]]:
        """Rule 2: a principal enrolment has known facts, somebody to whom it is assigned, and its record."""
        rows = await self._pool.fetch(
            """
            SELECT a.enrolment_key AS subject, 'there are no known facts' AS detail
              FROM sandbox.allocation a
             WHERE a.kind = 'principal'
               AND NOT EXISTS (SELECT 1 FROM sandbox.known_fact f WHERE f.lookup_key = a.lookup_key)
            UNION ALL
            SELECT a.enrolment_key, 'it is assigned to nobody of the group'
              FROM sandbox.allocation a
             WHERE a.kind = 'principal'
               AND NOT EXISTS (SELECT 1 FROM sandbox.assignment given
                                 JOIN sandbox.person p ON p.user_id = given.user_id AND p.group_id = a.group_id
                                WHERE given.lookup_key = a.lookup_key AND given.kind = 'principal')
            UNION ALL
            SELECT a.enrolment_key, 'there is no VAT record with a registration date'
              FROM sandbox.allocation a
             WHERE a.kind = 'principal' AND a.service = 'HMRC-MTD-VAT'
               AND NOT EXISTS (
                   SELECT 1
                     FROM sandbox.record r
                    WHERE r.kind = 'vat-customer-information' AND r.unique_key = split_part(a.lookup_key, '~', 3)
                      AND r.document #>> '{approvedInformation,customerDetails,effectiveRegistrationDate}' IS NOT NULL)
            UNION ALL
            SELECT a.enrolment_key, 'the client is in Great Britain and has no postcode'
              FROM sandbox.allocation a
              JOIN sandbox.person p ON p.group_id = a.group_id AND p.credential_role IN ('Admin', 'User')
             WHERE a.kind = 'principal' AND a.service = 'HMRC-MTD-IT'
               AND coalesce(p.address ->> 'countryCode', 'GB') = 'GB' AND p.address ->> 'postcode' IS NULL
            LIMIT $1
            """,
            _MOST,
        )
        return [(row["subject"], row["detail"]) for row in rows]

    async def income_tax(self) -> list[tuple[str, str]]:
        """Rule 3: the MTDITID of the enrolment and the NINO of its holder are in one business record."""
        rows = await self._pool.fetch(
            """
            SELECT a.enrolment_key AS subject, 'no business record has this MTDITID with the client''s NINO' AS detail
              FROM sandbox.allocation a
              JOIN sandbox.person p ON p.group_id = a.group_id AND p.credential_role IN ('Admin', 'User')
             WHERE a.kind = 'principal' AND a.service = 'HMRC-MTD-IT'
               AND NOT EXISTS (
                   SELECT 1
                     FROM sandbox.record_key k
                     JOIN sandbox.record r ON r.id = k.record_id
                    WHERE k.kind = 'business-details' AND k.name = 'mtdId'
                      AND k.value = split_part(a.lookup_key, '~', 3)
                      AND left(r.document ->> 'nino', 8) = p.nino_without_suffix)
            UNION ALL
            SELECT a.enrolment_key, 'a supporting enrolment is held as principal'
              FROM sandbox.allocation a
             WHERE a.kind = 'principal' AND a.service = 'HMRC-MTD-IT-SUPP'
            LIMIT $1
            """,
            _MOST,
        )
        return [(row["subject"], row["detail"]) for row in rows]

    async def relationships(self) -> list[tuple[str, str]]:
        """Rule 4: an active row in ETMP has its delegated enrolment, assigned to somebody, and back."""
        rows = await self._pool.fetch(
            """
            WITH term (regime, id_type, is_supporting, prefix) AS (
                VALUES ('ITSA', 'MTDBSA', false, 'hmrc-mtd-it~mtditid~'),
                       ('ITSA', 'MTDBSA', true, 'hmrc-mtd-it-supp~mtditid~'),
                       ('VATC', 'VRN', false, 'hmrc-mtd-vat~vrn~'),
                       ('CGT', 'ZCGT', false, 'hmrc-cgt-pd~cgtpdref~'),
                       ('PPT', 'ZPPT', false, 'hmrc-ppt-org~etmpregistrationnumber~'),
                       ('PLR', 'ZPLR', false, 'hmrc-pillar2-org~plrid~'),
                       ('TRS', 'UTR', false, 'hmrc-ters-org~sautr~'),
                       ('TRS', 'URN', false, 'hmrc-tersnt-org~urn~')
            ), etmp AS (
                SELECT row.arn, row.ref_number, row.regime, term.prefix || lower(row.ref_number) AS lookup_key
                  FROM sandbox.agent_relationship row
                  JOIN term ON term.regime = row.regime AND term.id_type = row.id_type
                   AND term.is_supporting = (coalesce(row.auth_profile, '') = 'ITSAS001')
                 WHERE row.active
            ), eacd AS (
                SELECT upper(split_part(owner.lookup_key, '~', 3)) AS arn, held.lookup_key, held.enrolment_key,
                       held.group_id
                  FROM sandbox.allocation held
                  JOIN sandbox.allocation owner
                    ON owner.group_id = held.group_id AND owner.kind = 'principal' AND owner.service = 'HMRC-AS-AGENT'
                 WHERE held.kind = 'delegated'
                   AND EXISTS (SELECT 1 FROM term WHERE starts_with(held.lookup_key, term.prefix))
            )
            SELECT etmp.arn || ' ' || etmp.regime || ' ' || etmp.ref_number AS subject,
                   'the relationship in ETMP has no delegated enrolment' AS detail
              FROM etmp
             WHERE NOT EXISTS (SELECT 1 FROM eacd WHERE eacd.arn = etmp.arn AND eacd.lookup_key = etmp.lookup_key)
            UNION ALL
            SELECT eacd.arn || ' ' || eacd.enrolment_key, 'the delegated enrolment has no relationship in ETMP'
              FROM eacd
             WHERE NOT EXISTS (SELECT 1 FROM etmp WHERE etmp.arn = eacd.arn AND etmp.lookup_key = eacd.lookup_key)
            UNION ALL
            SELECT eacd.arn || ' ' || eacd.enrolment_key, 'the delegated enrolment is assigned to nobody'
              FROM eacd
             WHERE NOT EXISTS (SELECT 1 FROM sandbox.assignment given
                                 JOIN sandbox.person p ON p.user_id = given.user_id AND p.group_id = eacd.group_id
                                WHERE given.lookup_key = eacd.lookup_key AND given.kind = 'delegated')
            LIMIT $1
            """,
            _MOST,
        )
        return [(row["subject"], row["detail"]) for row in rows]

    async def exclusivity(self) -> list[tuple[str, str]]:
        """Rule 5: a client has one main agent in ETMP, and one group with its main enrolment."""
        rows = await self._pool.fetch(
            """
            SELECT regime || ' ' || ref_number AS subject, 'several main agents are active in ETMP' AS detail
              FROM sandbox.agent_relationship
             WHERE active AND coalesce(auth_profile, 'ALL00001') = 'ALL00001'
             GROUP BY regime, id_type, ref_number
            HAVING count(*) > 1
            UNION ALL
            SELECT min(enrolment_key), 'several groups hold the main enrolment'
              FROM sandbox.allocation
             WHERE kind = 'delegated'
               AND service IN ('HMRC-MTD-IT', 'HMRC-MTD-VAT', 'HMRC-CGT-PD', 'HMRC-PPT-ORG', 'HMRC-PILLAR2-ORG',
                               'HMRC-TERS-ORG', 'HMRC-TERSNT-ORG', 'HMRC-CBC-ORG', 'HMRC-CBC-NONUK-ORG')
             GROUP BY lookup_key
            HAVING count(*) > 1
            LIMIT $1
            """,
            _MOST,
        )
        return [(row["subject"], row["detail"]) for row in rows]
