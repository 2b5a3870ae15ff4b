"""Words by which the columns of a foreign file are told: what each standard column may be called elsewhere."""

ID = r"(number|no|num|id|ref|reference|urn|key|seq)"
#: References of incidents, of crimes and of persons, and where the police are.
INCIDENT = rf"(incident|event|cad|storm|call|log|job).*\b{ID}\b"
CRIME = rf"\b(crime|occurrence)\b.*\b{ID}\b"
_STAFF = rf"(employee|staff|payroll|pers|personnel|collar|warrant|shoulder).*\b{ID}\b"
_PERSON = (rf"nominal|person.*\b{ID}\b", rf"(suspect|offender|defendant).*\b{ID}\b")
_VICTIM = rf"(victim|complainant|aggrieved).*\b{ID}\b"
_DISTRICT = r"district|division|\bdiv\b|borough name|sector|lsoa name|beat|precinct|^area$"

_GRADE = r"grade|\bgrd\b|\bpri\b|priority|urgency"

STAMP = ("time", "day", "clock")
_CODE = r"(cd|code)"
#: A number under such a heading says how many, and names nothing.
HOW_MANY = frozenset("missing duplicated rows count counts total bytes percent pct n".split())
#: What tables that the Home Office publishes have in common.
_PUBLISHED = {
    "financial_year": (("text", "number"), (r"^(financial year|fy)$",)),
    "quarter": (("text", "number"), (r"^(financial )?quarter$|^fq$",)),
    "force_slug": (("text",), (r"^(police )?force( name)?$",)),
    "offence_code": (("text", "number"), (r"^(ho )?offen[cs]e code$",)),
}

#: For each column of the tables that exports are most often for: what kinds it may have, and words of its
#: heading, the surest first.
TARGETS: dict[str, dict[str, tuple[tuple[str, ...], tuple[str, ...]]]] = {
    "incident": {
        "incident_id": (("text", "number"), (INCIDENT, rf"^{ID}( {ID})*$")),
        "created_at": (STAMP, (r"created|opened|\bopen\b|logged|queued|raised", r"incident start|response date|"
                                r"received|reported", r"\bcall\b(?!.*(clear|view|close))|"
                                r"^(date|time)( and)?( date| time)?$")),
        "call_at": (STAMP, (r"\bcall\b(?!.*(clear|view|close))|answered|incident start",)),
        "created_month": (("month",), (r"month|created|date",)),
        "dispatched_at": (STAMP, (r"di?e?spatch|assigned|allocated|mobilised\b",)),
        "closed_at": (STAMP, (r"(incident|call).*clos|^clos|closed|completed",)),
        "incident_type": (("text", "number"), (r"final.*type|closing.*(type|code)", r"problem|nature|call type|"
                                               r"incident (type|group)|^type$|category|crime type")),
        "category_open": (("text", "number"), (r"(open|initial|first).*(code|categor|class)",)),
        "category_close": (("text", "number"), (r"(clos|final).*(code|categor|class)",)),
        "grade": (("text", "number"), (_GRADE,)),
        "local_grade": (("text", "number"), (_GRADE,)),
        "origin": (("text",), (r"reception|origin|source of|contact method|how received|channel",
                               r"^(call type|source)$")),
        "result": (("text",), (r"result|disposition|clearance desc|resolution|closure",)),
        "district": (("text",), (_DISTRICT,)),
        "victim_key": (("text", "number"), (_VICTIM,)),
    },
    "deployment": {
        "incident_id": (("text", "number"), (INCIDENT, r"^(incident|event|log|cad)$", rf"^{ID}( {ID})*$")),
        "resource_id": (("text", "number"), (r"resource.*code|call ?sign|unit.*(id|code)|^unit$", r"resource")),
        "resource_type": (("text",), (r"(resource|unit).*(type|kind)|^skill$",)),
        "assigned_at": (STAMP, (r"di?e?spatch|assigned|alloc(ated)?\b|mobilised\b|^sent\b|sent",)),
        "en_route_at": (STAMP, (r"en ?route|\bmobile\b",)),
        "at_scene_at": (STAMP, (r"arriv|at scene|on ?scene|attended",)),
        "clear_at": (STAMP, (r"clear(ed)?\b|\bleft\b|available|\bfree\b",)),
    },
    "crime": {
        "crime_id": (("text", "number"), (CRIME, rf"^{ID}( {ID})*$")),
        "recorded_at": (("time", "day"), (r"record(?!ed crime)|(?<!no )crimed", r"report|creat|(?<!crimed )date")),
        "recorded_month": (("month",), (r"month",)),
        "offence_code": (("text", "number"), (r"offen[cs]e.*code|ho (code|class)",)),
        "crime_type": (("text",), (r"crime type|offen[cs]e|crime (group|category)", r"occurrence type")),
        "outcome_type": (("text", "number"), (r"outcome|disposal",)),
        "closed_at": (("time", "day"), (r"clos|finalis|filed",)),
        "district": (("text",), (_DISTRICT,)),
        "victim_key": (("text", "number"), (_VICTIM,)),
    },
    "incident_crime": {
        "incident_id": (("text", "number"), (INCIDENT,)),
        "crime_id": (("text", "number"), (CRIME,)),
    },
    "suspect": {
        "person_key": (("text", "number"), _PERSON),
        "crime_id": (("text", "number"), (CRIME,)),
        "named_on": (("time", "day"), (r"named|identified", r"wanted|suspect|creat|raised|added|record")),
        "grounds_recorded": (("yes_no",), (r"grounds",)),
        "status": (("text",), (r"status|state",)),
        "arrested_on": (("time", "day"), (r"arrest",)),
        "interviewed_on": (("time", "day"), (r"interview",)),
        "eliminated_on": (("time", "day"), (r"eliminat",)),
        "crime_closed_on": (("time", "day"), (r"clos|finalis|filed",)),
        "risk_grade": (("text", "number"), (r"risk", r"grade|priority")),
        "owner_key": (("text", "number"), (r"owner|\boic\b|officer|allocated|investigat",)),
        "last_activity_on": (("time", "day"), (r"(last|latest).*(action|activit|updat|enquir|entry)", r"updated")),
        "last_review_on": (("time", "day"), (r"review|supervis",)),
    },
    "bail": {
        "bail_id": (("text", "number"), (rf"bail.*\b{ID}\b", rf"^{ID}( {ID})*$")),
        "person_key": (("text", "number"), _PERSON),
        "bail_type": (("text", "number"), (r"type|power|section",)),
        "granted_on": (("time", "day"), (r"grant|bailed|releas|issued",)),
        "return_due_on": (("time", "day"), (r"return|due|\bto\b|answer",)),
        "attended": (("yes_no",), (r"attend|answer|surrender",)),
        "answered_on": (("time", "day"), (r"answer|attended|surrender",)),
        "rebailed_on": (("time", "day"), (r"re ?bail",)),
        "rearrested_on": (("time", "day"), (r"re ?arrest",)),
        "cancelled_on": (("time", "day"), (r"cancel",)),
    },
    "staff": {
        "person_key": (("text", "number"), (_STAFF, r"^(warrant|collar|shoulder|payroll)$", rf"^{ID}( {ID})*$")),
        "role": (("text",), (r"role", r"(post|job).*(title|name)|^(post|job)$")),
        "rank": (("text",), (r"rank", r"grade")), "fte": (("number",), (r"\bfte\b|full time equivalent",)),
        "unit": (("text",), (r"unit|team|department|division|district|\blpa\b",)),
        "in_post_since": (("time", "day"), (r"in post|post.*(start|date)|start.*post", r"start")),
        "left_on": (("time", "day"), (r"leav|\bleft\b|end",)),
        "supervisor_key": (("text", "number"), (r"supervisor|line manager|reports to",)),
    },
    "training": {
        "person_key": (("text", "number"), (_STAFF, rf"(student|delegate|learner).*\b{ID}\b")),
        "course_code": (("text", "number"), (r"(course|module|event).*(code|id|ref)",)),
        "subject": (("text",), (r"(course|module|event).*(title|name)|subject|topic",)),
        "hours": (("number",), (r"hours|duration",)),
        "completed_on": (("time", "day"), (r"complet|passed|attended", r"end")),
    },
    "device": {
        "device_id": (("text", "number"), (rf"(device|handset|asset|mdt|pda)\b.*\b{ID}\b",
                                          r"^(device|handset|asset)$")),
        "device_type": (("text",), (r"type|model|kind",)),
        "person_key": (("text", "number"), (_STAFF, r"^(user|holder|issued to|assigned to|staff)$")),
        "pool": (("text",), (r"\bpool",)),
        "issued_on": (("time", "day"), (r"issue|handed out|allocated|assigned",)),
        "withdrawn_on": (("time", "day"), (r"return|withdrawn|handed (in|back)|taken back",)),
        "status": (("text",), (r"status|state",)),
        "systems": (("text",), (r"\bapps?\b|application|systems",)),
    },
    "anpr_hit": {
        "hit_id": (("text", "number"), (rf"\b(hit|read|alert)\b.*\b{ID}\b",)),
        "hit_at": (STAMP, (r"(hit|read|capture|alert).*(time|date|at)\b|timestamp",)),
        "priority": (("text", "number"), (r"priority",)), "decision": (("text",), (r"action|decision|outcome",)),
        "decided_at": (STAMP, (r"(action|decision|decided|response).*(time|date|at)\b",)),
    },
    "anpr_camera": {
        "camera_id": (("text", "number"), (rf"camera.*\b{ID}\b", r"^camera$")),
        "camera_type": (("text",), (r"type|kind",)),
        "commissioned_on": (("time", "day"), (r"^commission|installed|live",)),
        "decommissioned_on": (("time", "day"), (r"decommission|removed",)),
    },
    "pnc_circulation": {"person_key": (("text", "number"), (r"^pnc ?id$", *_PERSON))},
    "iom_cohort": {
        "person_key": (("text", "number"), (*_PERSON, rf"\biom\b.*\b{ID}\b", rf"^{ID}( {ID})*$")),
        "status": (("text",), (r"status|custody",)),
        "rag": (("text",), (r"\brag\b",)), "lead_agency": (("text",), (r"lead|agency",)),
        "entered_on": (("time", "day"), (r"adopt|enter|joined|start|added",)),
        "left_on": (("time", "day"), (r"remov|left|deselect|exit",)),
        "risk_score": (("number",), (r"score", r"ogrs|\barms\b|oasys")),
        "last_assessed_on": (("time", "day"), (r"assess",)),
    },
    "recorded_crime_reference": {
        **_PUBLISHED,
        "offence_group": (("text",), (r"^(offen[cs]e )?group$",)),
        "is_territorial": (("yes_no",), (r"territorial",)),
        "offences": (("number",), (r"^(number of )?offen[cs]es$", r"^(n|count|total)$")),
    },
    "outcome_reference": {
        **_PUBLISHED,
        "outcome_type": (("text", "number"), (r"^outcome type$", r"^outcome$")),
        "outcome_group": (("text",), (r"outcome group",)),
        "outcomes_of_recorded": (("number",), (r"outcomes for offen[cs]es recorded", r"^(n|count|total)$")),
        "outcomes_given": (("number",), (r"outcomes recorded in",)),
    },
    "workforce_reference": {
        "counted_month": (("month", "day"), (r"month|date|as at",)),
        "pfa_code": (("text",), (r"^(geo|pfa|force|area)( \d+)? (code|cd)$",)),
        "worker_type": (("text",), (r"worker type|staff type|^type$",)),
        "rank": (("text",), (r"rank|grade",)),
        "headcount": (("number",), (r"head ?count|persons",)),
        "fte": (("number",), (r"\bfte\b|full time equivalent",)),
    },
    "population_reference": {
        "district_code": (("text",), (rf"^(lad?|ladcode|district|geo)( \d+)? ?({_CODE})?( \d+)?$",)),
        "district": (("text",), (r"^(laname|lad|district)( \d+)?( nm| name)?( \d+)?$",)),
        "year": (("number",), (r"^year$",)),
        "residents": (("number",), (r"population|residents|persons",)),
    },
    "district_reference": {
        "district_code": (("text",), (rf"^(lad?|district)( \d+)? {_CODE}$",)),
        "district": (("text",), (r"^(lad?|district)( \d+)? (nm|name)$",)),
        "partnership_code": (("text",), (rf"^csp( \d+)? {_CODE}$",)),
        "pfa_code": (("text",), (rf"^(pfa|force)( \d+)? {_CODE}$",)),
    },
}  # fmt: skip


#: Without one of these columns there is no such table.
OWN = {
    "deployment": ("at_scene_at", "assigned_at", "en_route_at"),
    "crime": ("offence_code", "crime_type", "outcome_type"),
}
#: A list of persons names their crimes, and is none of crimes.
OF_PERSONS = ("suspect", "bail")
#: These may be taken from a column that feeds another one too.
BESIDE = ("grade", "local_grade", "call_at", "category_close")


#: Of the National Standard for Incident Recording.
_CATEGORIES = {
    "asb": r"\basb\b|nuisance|anti.?social|rowdy",
    "crime": r"crime|theft|burgl|assault|damage|robb|violence|drug",
    "transport": r"transport|traffic|\br(tc|ta)\b|road|vehicle|highway",
    "public_safety_welfare": r"safety|welfare|concern|missing|sudden death|suspicious|domestic",
    "administration": r"admin|message|lost|found|pre.?plan|complaint",
}
#: Words of codes that suggest a standard one; none is put in the place of the analyst's answer.
KNOWN = {
    "origin": {"public": r"911|999|101|phone|public|online|text|flag", 
               "officer_initiated": r"officer|onview|on view|self",
               "alarm": r"alarm"},
    "result": {"cancelled_by_caller": r"cancel", "duplicate": r"\bdup", "test": r"\btest\b"},
    "grade": {
        "no_deployment": r"(no|without|non)\b.?(deploy|attend)|resol|telephone|desk|advice",
        "emergency": r"immediate|emergency|^(grade )?(1|i)$",
        "priority": r"priority|prompt|significant|early|^(grade )?(2|p)$",
        "scheduled": r"schedul|appoint|routine|standard|extended|^(grade )?(3|4|s)$",
    },
    "category_open": _CATEGORIES,
    "category_close": _CATEGORIES,
    "status": {
        "outstanding": r"outstanding|wanted|circulat|\blive\b",
        "arrested": r"arrest",
        "interviewed": r"interview|voluntary",
        "eliminated": r"eliminat|cleared",
        "crime_closed": r"clos|filed|finalis|charged|dispos",
    },
}  # fmt: skip
